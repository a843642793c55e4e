package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/** The result of a router: its decision, with its backward. */
public interface RouterPass {
  /** The decision as data. */
  RouterDecision decision();

  /**
   * Pulls a gradient of the decision back to the router's input and parameters.
   *
   * @param gradient of weights, logits and probabilities; lengths are those of the decision. Not
   *     modified.
   * @param dx gradient of x [T,D]. Modified: the result is added.
   * @param into gradients named like {@link Router#parameters}. Modified: the result is added.
   */
  void backward(RoutingGradient gradient, INDArray dx, Gradients into);

  /**
   * Returns memory of the pass early, if it holds any; {@link #backward} must not be called
   * after. A layer calls it when its own pass is closed. By default it does nothing.
   */
  default void close() {}
}
