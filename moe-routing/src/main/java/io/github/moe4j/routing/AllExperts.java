package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;

/**
 * The dense mixture: every token goes to every expert, weighted by its probability (Jacobs et al.
 * 1991, "Adaptive Mixtures of Local Experts"; Jordan &amp; Jacobs 1994, "Hierarchical Mixtures of
 * Experts and the EM Algorithm").
 *
 * <p>{@code w = softmax(logits)} over all E experts [T,E]; the same as {@code TopK.unnormalized(E)},
 * for any E. There is no discrete choice, so the whole layer is differentiable. Every expert always has T
 * tokens: the load is perfectly balanced, at E times the cost of one expert. A token's assignments
 * are ordered best first, ties by index.
 */
public record AllExperts() implements RoutingRule {
  /** The rule, which has no options. */
  public static AllExperts of() {
    return new AllExperts();
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    return TopK.unnormalized(logits.experts()).apply(logits, input);
  }
}
