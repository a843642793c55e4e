package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The standard deviation of the noise on each router score, for {@link NoisyTopK}. */
public interface NoiseScale extends Parameterized {
  /**
   * Checks that it supports a router of these sizes; called once, when the router is built.
   *
   * @param experts number of experts E
   * @param modelWidth width D of the tokens
   * @throws IllegalArgumentException if it does not
   */
  void requireFits(int experts, int modelWidth);

  /**
   * The standard deviations for the tokens of an input.
   *
   * @param input tokens x [T,D]. Not modified.
   * @param experts number of experts E
   * @param scope memory of the pass, valid until the scope is closed
   */
  Run at(TokenBatch input, int experts, Arena.Scope scope);

  /** The standard deviations of one pass, with its backward. */
  interface Run {
    /** A copy of σ, row-major [T·E], at least 0; arbitrary for padding. */
    double[] sigma();

    /**
     * Runs the backward pass.
     *
     * @param dSigma row-major [T·E], zero for padding. Not modified.
     * @param dx gradient of x [T,D]. Modified: the result is added.
     * @param into gradients named like {@link NoiseScale#parameters}. Modified: the result is added.
     */
    void backward(double[] dSigma, INDArray dx, Gradients into);
  }
}
