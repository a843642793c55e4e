package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The result of a router: its decision, and its backward, which requires the scope
 * given to the router to be open.
 */
public interface RouterPass {
  /**
   * The decision; it stays readable after the scope is closed, unless the input was for {@link
   * PassMode#inference}.
   */
  RouterDecision decision();

  /**
   * Runs the backward pass: from the gradient of the decision to those of the router's input and parameters.
   *
   * @param gradient of weights, logits and probabilities; lengths are those of the decision. Not
   *     modified.
   * @param dx gradient of x [T,D], contiguous, not overlapping x, parameters or gradients. Modified:
   *     the result is added.
   * @param into gradients named like {@link Router#parameters}. Modified: the result is added.
   * @throws IllegalArgumentException if the gradient or an array does not fit, is closed, or overlaps another;
   *     nothing is changed then
   */
  void backward(RoutingGradient gradient, INDArray dx, Gradients into);
}
