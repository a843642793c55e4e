package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.kernel.PackedKernels.E4M3_TERMS;
import static io.github.moe4j.core.internal.vector.Lanes.FRACTION;
import static io.github.moe4j.core.internal.vector.Lanes.S;
import static io.github.moe4j.core.internal.vector.Lanes.SIGN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Weights in FP8 e4m3 with a scale for each block of terms. */
public final class E4m3VectorKernel implements ByteCodes {
  private static final int L = S.length();
  private static final int W = 2 * L;

  /** Made by name. */
  public E4m3VectorKernel() {}

  @Override
  public int scales(int terms) {
    return (terms + E4M3_TERMS - 1) / E4M3_TERMS;
  }

  @Override
  public int scale(int term, int column) {
    return term / E4M3_TERMS;
  }

  @Override
  public void multiply(
      int terms,
      float[] left,
      int leftAt,
      byte[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] sum,
      int sumAt) {
    for (int first = 0; first < terms; first += E4M3_TERMS) {
      part(
          Math.min(E4M3_TERMS, terms - first),
          left,
          leftAt + first,
          codes,
          codesAt + first * W,
          scales[scalesAt + first / E4M3_TERMS],
          sum,
          sumAt);
    }
  }

  private static void part(
      int terms,
      float[] left,
      int leftAt,
      byte[] codes,
      int codesAt,
      float scale,
      float[] sum,
      int sumAt) {
    FloatVector f = FloatVector.broadcast(S, scale);
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    for (int p = 0; p < terms; p++) {
      FloatVector v = FloatVector.broadcast(S, left[leftAt + p]);
      s0 = v.fma(widen(codes, codesAt + p * W).mul(f), s0);
      s1 = v.fma(widen(codes, codesAt + p * W + L).mul(f), s1);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
  }

  @Override
  public void unpack(
      int terms,
      byte[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] panel,
      int panelAt) {
    for (int first = 0; first < terms; first += E4M3_TERMS) {
      int last = Math.min(terms, first + E4M3_TERMS);
      FloatVector f = FloatVector.broadcast(S, scales[scalesAt + first / E4M3_TERMS]);
      for (int p = first; p < last; p++) {
        widen(codes, codesAt + p * W).mul(f).intoArray(panel, panelAt + p * W);
        widen(codes, codesAt + p * W + L).mul(f).intoArray(panel, panelAt + p * W + L);
      }
    }
  }

  private static FloatVector widen(byte[] codes, int at) {
    IntVector code = Lanes.ints(codes, at);
    IntVector bits = code.and(0x7f).lanewise(VectorOperators.LSHL, FRACTION - 3);
    return Lanes.widened(bits.add(127 - 7 << FRACTION), code.and(SIGN), 0x1p-6f);
  }
}
