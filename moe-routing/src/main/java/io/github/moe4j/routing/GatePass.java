package io.github.moe4j.routing;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The scores of one pass, and their backward, which requires the gate's scope to be open. */
public interface GatePass {
  /** Raw scores [T,E]. */
  Logits logits();

  /**
   * Runs the backward pass.
   *
   * @param dLogits row-major [T·E], zero for padding. Not modified.
   * @param dx gradient of x [T,D]. Modified: the result is added.
   * @param into gradients named like {@link Gate#parameters}. Modified: the result is added.
   * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another; nothing is changed then
   */
  void backward(double[] dLogits, INDArray dx, Gradients into);
}
