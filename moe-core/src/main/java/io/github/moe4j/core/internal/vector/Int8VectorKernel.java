package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.vector.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Weights in int8 with a scale for each column. */
public final class Int8VectorKernel implements ByteCodes {
  private static final int L = S.length();
  private static final int W = 2 * L;

  /** Made by name. */
  public Int8VectorKernel() {}

  @Override
  public int scales(int terms) {
    return W;
  }

  @Override
  public int scale(int term, int column) {
    return column;
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
    FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
    FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
    FloatVector s0 = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s1 = FloatVector.fromArray(S, sum, sumAt + L);
    for (int p = 0; p < terms; p++) {
      FloatVector v = FloatVector.broadcast(S, left[leftAt + p]);
      s0 = v.fma(widen(codes, codesAt + p * W).mul(f0), s0);
      s1 = v.fma(widen(codes, codesAt + p * W + L).mul(f1), s1);
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
    FloatVector f0 = FloatVector.fromArray(S, scales, scalesAt);
    FloatVector f1 = FloatVector.fromArray(S, scales, scalesAt + L);
    for (int p = 0; p < terms; p++) {
      widen(codes, codesAt + p * W).mul(f0).intoArray(panel, panelAt + p * W);
      widen(codes, codesAt + p * W + L).mul(f1).intoArray(panel, panelAt + p * W + L);
    }
  }

  private static FloatVector widen(byte[] codes, int at) {
    return (FloatVector) Lanes.ints(codes, at).convert(VectorOperators.I2F, 0);
  }
}
