package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts that move tokens to their rows and back themselves, such as experts on several ranks, to which a token
 * travels once for all its experts there. Optional: a {@link MoeLayer} dispatches and combines for all others.
 */
public interface DispatchingExperts extends Experts {
  /**
   * Runs the experts on tokens.
   *
   * @param plan expert, token and weight of each row; readable until the scope is closed
   * @param weightAt where weights are multiplied in
   * @param x tokens [T,D]. Not modified; must not change until the backward pass.
   * @param mode training or evaluation
   * @param scope memory for the pass, which stays valid until the scope is closed
   * @throws IllegalArgumentException if x does not fit the experts
   */
  DispatchedPass run(
      DispatchPlan plan, WeightAt weightAt, INDArray x, PassMode mode, Arena.Scope scope);
}
