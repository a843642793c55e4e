package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Tiles of one vector of columns, for right factors of so few columns that a second would be idle. */
final class FloatNarrowTiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  private FloatNarrowTiles() {}

  static void rows12(int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt) {
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s2 = FloatVector.fromArray(S, sum, sumAt + 2 * L);
    FloatVector s3 = FloatVector.fromArray(S, sum, sumAt + 3 * L);
    FloatVector s4 = FloatVector.fromArray(S, sum, sumAt + 4 * L);
    FloatVector s5 = FloatVector.fromArray(S, sum, sumAt + 5 * L);
    FloatVector s6 = FloatVector.fromArray(S, sum, sumAt + 6 * L);
    FloatVector s7 = FloatVector.fromArray(S, sum, sumAt + 7 * L);
    FloatVector s8 = FloatVector.fromArray(S, sum, sumAt + 8 * L);
    FloatVector s9 = FloatVector.fromArray(S, sum, sumAt + 9 * L);
    FloatVector s10 = FloatVector.fromArray(S, sum, sumAt + 10 * L);
    FloatVector s11 = FloatVector.fromArray(S, sum, sumAt + 11 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      FloatVector b0 = FloatVector.fromArray(S, b, bAt + p * L);
      s0 = FloatVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = FloatVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = FloatVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = FloatVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
      s4 = FloatVector.broadcast(S, a[i + 4 * SEGMENT]).fma(b0, s4);
      s5 = FloatVector.broadcast(S, a[i + 5 * SEGMENT]).fma(b0, s5);
      s6 = FloatVector.broadcast(S, a[i + 6 * SEGMENT]).fma(b0, s6);
      s7 = FloatVector.broadcast(S, a[i + 7 * SEGMENT]).fma(b0, s7);
      s8 = FloatVector.broadcast(S, a[i + 8 * SEGMENT]).fma(b0, s8);
      s9 = FloatVector.broadcast(S, a[i + 9 * SEGMENT]).fma(b0, s9);
      s10 = FloatVector.broadcast(S, a[i + 10 * SEGMENT]).fma(b0, s10);
      s11 = FloatVector.broadcast(S, a[i + 11 * SEGMENT]).fma(b0, s11);
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

  static void rows6(int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt) {
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s2 = FloatVector.fromArray(S, sum, sumAt + 2 * L);
    FloatVector s3 = FloatVector.fromArray(S, sum, sumAt + 3 * L);
    FloatVector s4 = FloatVector.fromArray(S, sum, sumAt + 4 * L);
    FloatVector s5 = FloatVector.fromArray(S, sum, sumAt + 5 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      FloatVector b0 = FloatVector.fromArray(S, b, bAt + p * L);
      s0 = FloatVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = FloatVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = FloatVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = FloatVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
      s4 = FloatVector.broadcast(S, a[i + 4 * SEGMENT]).fma(b0, s4);
      s5 = FloatVector.broadcast(S, a[i + 5 * SEGMENT]).fma(b0, s5);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
    s2.intoArray(sum, sumAt + 2 * L);
    s3.intoArray(sum, sumAt + 3 * L);
    s4.intoArray(sum, sumAt + 4 * L);
    s5.intoArray(sum, sumAt + 5 * L);
  }

  static void rows4(int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt) {
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s2 = FloatVector.fromArray(S, sum, sumAt + 2 * L);
    FloatVector s3 = FloatVector.fromArray(S, sum, sumAt + 3 * L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      FloatVector b0 = FloatVector.fromArray(S, b, bAt + p * L);
      s0 = FloatVector.broadcast(S, a[i]).fma(b0, s0);
      s1 = FloatVector.broadcast(S, a[i + SEGMENT]).fma(b0, s1);
      s2 = FloatVector.broadcast(S, a[i + 2 * SEGMENT]).fma(b0, s2);
      s3 = FloatVector.broadcast(S, a[i + 3 * SEGMENT]).fma(b0, s3);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
    s2.intoArray(sum, sumAt + 2 * L);
    s3.intoArray(sum, sumAt + 3 * L);
  }

  static void rows1(int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt) {
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      FloatVector b0 = FloatVector.fromArray(S, b, bAt + p * L);
      s0 = FloatVector.broadcast(S, a[i]).fma(b0, s0);
    }
    s0.intoArray(sum, sumAt);
  }
}
