package io.github.moe4j.core.experts;

/** How the gate and up projections of a gated network become its hidden layer, element by element. */
interface GluCombination {
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

  /** The same for float32 rows, whose rounding allows faster arithmetic; by default itself. */
  default GluCombination forFloats() {
    return this;
  }
}
