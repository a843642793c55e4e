package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.vector.Lanes.FRACTION;
import static io.github.moe4j.core.internal.vector.Lanes.S;
import static io.github.moe4j.core.internal.vector.Lanes.SIGN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Weights in IEEE half precision. */
public final class Float16VectorKernel implements ShortCodes {
  private static final int L = S.length();
  private static final int W = 2 * L;

  /** Made by name. */
  public Float16VectorKernel() {}

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
    IntVector code = Lanes.ints(codes, at);
    IntVector bits = code.and(0x7fff).lanewise(VectorOperators.LSHL, FRACTION - 10);
    return Lanes.widened(bits.add(127 - 15 << FRACTION), code.and(SIGN), 0x1p-14f);
  }
}
