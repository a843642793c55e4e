package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The outputs of one pass of the experts, and their backward. Valid until the scope it was
 * given is closed; {@link Arena.Scope#whenClosed} closes further resources with it.
 */
public interface ExpertsPass {
  /** Outputs [R,D], rows as in the input; valid until the scope of the pass is closed. */
  INDArray y();

  /**
   * Runs the backward pass of the experts, once and before the scope is closed.
   *
   * @param dyR gradient of the outputs [R,D]. Not modified.
   * @param dxR gradient of the rows [R,D]. Modified: the result is added.
   * @param into gradients named like {@link Experts#parameters}. Modified: the result is added.
   * @throws IllegalStateException if the pass was an evaluation, which keeps nothing for a backward
   * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another; nothing is changed then
   */
  void backward(INDArray dyR, INDArray dxR, Gradients into);
}
