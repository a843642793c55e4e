package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a router returns: its decision, and its backward, which needs the scope that the
 * router was given to be open.
 */
public interface RouterPass {
  /**
   * The decision as data; it stays readable when the scope is closed, unless the input was for {@link
   * PassMode#inference}.
   */
  RouterDecision decision();

  /**
   * Pulls a gradient of the decision back to the router's input and parameters.
   *
   * @param gradient of weights, logits and probabilities; lengths are those of the decision. Not
   *     modified.
   * @param dx gradient of x [T,D], contiguous, apart from x, parameters and gradients. Modified: the
   *     result is added.
   * @param into gradients named like {@link Router#parameters}. Modified: the result is added.
   */
  void backward(RoutingGradient gradient, INDArray dx, Gradients into);
}
