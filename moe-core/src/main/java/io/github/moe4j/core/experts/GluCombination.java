package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.HiddenFunction;

/** How the gate and up projections of a gated network become its hidden layer, element by element. */
interface GluCombination extends HiddenFunction {
  /**
   * The hidden values of a row.
   *
   * @param gate [H]. Not modified.
   * @param up [H]. Not modified.
   * @param hidden [H]. Modified: overwritten.
   */
  void values(double[] gate, double[] up, double[] hidden);

  /**
   * The gradients of both projections of a row.
   *
   * @param gate [H]. Not modified.
   * @param up [H]. Not modified.
   * @param dHidden gradient of the hidden values [H]. Not modified.
   * @param dGate [H]. Modified: overwritten.
   * @param dUp [H]. Modified: overwritten.
   */
  void gradients(double[] gate, double[] up, double[] dHidden, double[] dGate, double[] dUp);

  /** {@link #values(double[], double[], double[])} of float32 rows, in float64 unless overridden. */
  default void values(float[] gate, float[] up, float[] hidden) {
    double[] result = new double[hidden.length];
    values(Precision.widen(gate), Precision.widen(up), result);
    Precision.round(result, hidden);
  }

  /** The gradients of float32 rows, in float64 unless overridden. */
  default void gradients(float[] gate, float[] up, float[] dHidden, float[] dGate, float[] dUp) {
    double[] ofGate = new double[gate.length];
    double[] ofUp = new double[gate.length];
    gradients(Precision.widen(gate), Precision.widen(up), Precision.widen(dHidden), ofGate, ofUp);
    Precision.round(ofGate, dGate);
    Precision.round(ofUp, dUp);
  }

  @Override
  default Experts networks(NamedArrays arrays, double dropout) {
    return GluExperts.over(this, arrays).withDropout(dropout);
  }

  @Override
  default void values(double[][] projected, double[] hidden) {
    values(projected[0], projected[1], hidden);
  }

  @Override
  default void values(float[][] projected, float[] hidden) {
    values(projected[0], projected[1], hidden);
  }

  @Override
  default void gradients(double[][] projected, double[] dHidden, double[][] dProjected) {
    gradients(projected[0], projected[1], dHidden, dProjected[0], dProjected[1]);
  }

  @Override
  default void gradients(float[][] projected, float[] dHidden, float[][] dProjected) {
    gradients(projected[0], projected[1], dHidden, dProjected[0], dProjected[1]);
  }
}
