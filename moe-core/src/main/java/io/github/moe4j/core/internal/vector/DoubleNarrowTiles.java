package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Tiles of one vector of columns, for right factors of so few columns that a second would be idle. */
final class DoubleNarrowTiles {
  private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private DoubleNarrowTiles() {}

  static void rows12(int terms, double[] a, int aAt, double[] b, int bAt, double[] sum, int sumAt) {
    DoubleVector s0 = DoubleVector.fromArray(S, sum, sumAt);
    DoubleVector s1 = DoubleVector.fromArray(S, sum, sumAt + L);
    DoubleVector s2 = DoubleVector.fromArray(S, sum, sumAt + 2 * L);
    DoubleVector s3 = DoubleVector.fromArray(S, sum, sumAt + 3 * L);
    DoubleVector s4 = DoubleVector.fromArray(S, sum, sumAt + 4 * L);
    DoubleVector s5 = DoubleVector.fromArray(S, sum, sumAt + 5 * L);
    DoubleVector s6 = DoubleVector.fromArray(S, sum, sumAt + 6 * L);
    DoubleVector s7 = DoubleVector.fromArray(S, sum, sumAt + 7 * L);
    DoubleVector s8 = DoubleVector.fromArray(S, sum, sumAt + 8 * L);
    DoubleVector s9 = DoubleVector.fromArray(S, sum, sumAt + 9 * L);
    DoubleVector s10 = DoubleVector.fromArray(S, sum, sumAt + 10 * L);
    DoubleVector s11 = DoubleVector.fromArray(S, sum, sumAt + 11 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      DoubleVector b0 = DoubleVector.fromArray(S, b, bAt + p * L);
      s0 = DoubleVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = DoubleVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = DoubleVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = DoubleVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
      s4 = DoubleVector.broadcast(S, a[i + 4 * SEGMENT]).fma(b0, s4);
      s5 = DoubleVector.broadcast(S, a[i + 5 * SEGMENT]).fma(b0, s5);
      s6 = DoubleVector.broadcast(S, a[i + 6 * SEGMENT]).fma(b0, s6);
      s7 = DoubleVector.broadcast(S, a[i + 7 * SEGMENT]).fma(b0, s7);
      s8 = DoubleVector.broadcast(S, a[i + 8 * SEGMENT]).fma(b0, s8);
      s9 = DoubleVector.broadcast(S, a[i + 9 * SEGMENT]).fma(b0, s9);
      s10 = DoubleVector.broadcast(S, a[i + 10 * SEGMENT]).fma(b0, s10);
      s11 = DoubleVector.broadcast(S, a[i + 11 * SEGMENT]).fma(b0, s11);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
    s2.intoArray(sum, sumAt + 2 * L);
    s3.intoArray(sum, sumAt + 3 * L);
    s4.intoArray(sum, sumAt + 4 * L);
    s5.intoArray(sum, sumAt + 5 * L);
    s6.intoArray(sum, sumAt + 6 * L);
    s7.intoArray(sum, sumAt + 7 * L);
    s8.intoArray(sum, sumAt + 8 * L);
    s9.intoArray(sum, sumAt + 9 * L);
    s10.intoArray(sum, sumAt + 10 * L);
    s11.intoArray(sum, sumAt + 11 * L);
  }

  static void rows6(int terms, double[] a, int aAt, double[] b, int bAt, double[] sum, int sumAt) {
    DoubleVector s0 = DoubleVector.fromArray(S, sum, sumAt);
    DoubleVector s1 = DoubleVector.fromArray(S, sum, sumAt + L);
    DoubleVector s2 = DoubleVector.fromArray(S, sum, sumAt + 2 * L);
    DoubleVector s3 = DoubleVector.fromArray(S, sum, sumAt + 3 * L);
    DoubleVector s4 = DoubleVector.fromArray(S, sum, sumAt + 4 * L);
    DoubleVector s5 = DoubleVector.fromArray(S, sum, sumAt + 5 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      DoubleVector b0 = DoubleVector.fromArray(S, b, bAt + p * L);
      s0 = DoubleVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = DoubleVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = DoubleVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = DoubleVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
      s4 = DoubleVector.broadcast(S, a[i + 4 * SEGMENT]).fma(b0, s4);
      s5 = DoubleVector.broadcast(S, a[i + 5 * SEGMENT]).fma(b0, s5);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
    s2.intoArray(sum, sumAt + 2 * L);
    s3.intoArray(sum, sumAt + 3 * L);
    s4.intoArray(sum, sumAt + 4 * L);
    s5.intoArray(sum, sumAt + 5 * L);
  }

  static void rows4(int terms, double[] a, int aAt, double[] b, int bAt, double[] sum, int sumAt) {
    DoubleVector s0 = DoubleVector.fromArray(S, sum, sumAt);
    DoubleVector s1 = DoubleVector.fromArray(S, sum, sumAt + L);
    DoubleVector s2 = DoubleVector.fromArray(S, sum, sumAt + 2 * L);
    DoubleVector s3 = DoubleVector.fromArray(S, sum, sumAt + 3 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      DoubleVector b0 = DoubleVector.fromArray(S, b, bAt + p * L);
      s0 = DoubleVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = DoubleVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = DoubleVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = DoubleVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
    s2.intoArray(sum, sumAt + 2 * L);
    s3.intoArray(sum, sumAt + 3 * L);
  }

  static void rows1(int terms, double[] a, int aAt, double[] b, int bAt, double[] sum, int sumAt) {
    DoubleVector s0 = DoubleVector.fromArray(S, sum, sumAt);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      DoubleVector b0 = DoubleVector.fromArray(S, b, bAt + p * L);
      s0 = DoubleVector.broadcast(S, a[i]).fma(b0, s0);
    }
    s0.intoArray(sum, sumAt);
  }
}
