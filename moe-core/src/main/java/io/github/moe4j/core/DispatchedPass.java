package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/** One pass of {@link DispatchingExperts}, and its backward. Valid until the scope it was given is closed. */
public interface DispatchedPass {
  /** The pass of the experts themselves, whose times, counts and inner passes are those of the layer. */
  ExpertsPass run();

  /**
   * Adds up what the experts made of each token.
   *
   * @param y outputs [T,D]. Modified: overwritten, with zero for a token without rows.
   * @throws IllegalArgumentException if a sum is NaN or infinite
   */
  void combine(INDArray y);

  /**
   * Runs the backward pass, once and before the scope is closed.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of the tokens [T,D]. Modified: the result is added, once dy has been read: it may be dy.
   * @param into gradients named like {@link Experts#parameters}. Modified: the result is added.
   * @return the gradient of the weights, by assignment of the plan [R]
   * @throws IllegalStateException if the pass was an evaluation, which keeps nothing for a backward
   */
  double[] backward(INDArray dy, INDArray dx, Gradients into);
}
