package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Probabilities;
import org.jspecify.annotations.Nullable;

/** What a rule decided from scores, and the way back to the scores. */
public interface RuleResult {
  /** The assignments. */
  Assignments assignments();

  /** The full distribution over all experts [T,E] that balance losses read, or null if none. */
  @Nullable
  Probabilities probabilities();

  /**
   * Pulls gradients back to the scores.
   *
   * @param dWeights gradient of the weights [N]. Not modified.
   * @param dProbabilities gradient of the distribution, row-major [T·E]. Not modified.
   * @param dLogits gradient of the scores, row-major [T·E]. Modified: the result is added.
   * @param into gradients named like the rule's parameters. Modified: the result is added.
   */
  void backward(double[] dWeights, double[] dProbabilities, double[] dLogits, Gradients into);
}
