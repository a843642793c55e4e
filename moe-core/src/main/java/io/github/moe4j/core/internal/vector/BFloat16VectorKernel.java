package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.vector.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Weights in bfloat16: their bits are the upper ones of a float32. */
public final class BFloat16VectorKernel implements ShortCodes {
  private static final int L = S.length();
  private static final int W = 2 * L;

  /** Made by name. */
  public BFloat16VectorKernel() {}

  @Override
  public void multiply(
      int terms,
      float[] left,
      int leftAt,
      short[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] sum,
      int sumAt) {
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    for (int p = 0; p < terms; p++) {
      FloatVector v = FloatVector.broadcast(S, left[leftAt + p]);
      s0 = v.fma(widen(codes, codesAt + p * W), s0);
      s1 = v.fma(widen(codes, codesAt + p * W + L), s1);
    }
    s0.intoArray(sum, sumAt);
    s1.intoArray(sum, sumAt + L);
  }

  @Override
  public void unpack(
      int terms,
      short[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] panel,
      int panelAt) {
    for (int p = 0; p < terms; p++) {
      widen(codes, codesAt + p * W).intoArray(panel, panelAt + p * W);
      widen(codes, codesAt + p * W + L).intoArray(panel, panelAt + p * W + L);
    }
  }

  private static FloatVector widen(short[] codes, int at) {
    return Lanes.ints(codes, at).lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
  }
}
