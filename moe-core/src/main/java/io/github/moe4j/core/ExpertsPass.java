package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The outputs of one run of the experts, and their backward. It lives as long as the scope it
 * was given; what it opens besides, {@link Arena.Scope#whenClosed} closes.
 */
public interface ExpertsPass {
  /** Outputs [R,D], rows as in the input; valid until the scope of the run is closed. */
  INDArray y();

  /**
   * Pulls a gradient back through the experts, once and before the scope is closed.
   *
   * @param dyR gradient of the outputs [R,D]. Not modified.
   * @param dxR gradient of the rows [R,D]. Modified: the result is added.
   * @param into gradients named like {@link Experts#parameters}. Modified: the result is added.
   * @throws IllegalStateException if the run keeps nothing for it, for it was an evaluation
   */
  void backward(INDArray dyR, INDArray dxR, Gradients into);
}
