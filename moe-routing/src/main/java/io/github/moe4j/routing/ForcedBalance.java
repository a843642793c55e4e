package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;

/**
 * Forced uniform load, for benchmarks: experts are assigned round-robin, whatever the scores
 * (torchtitan {@code TokenChoiceTopKRouter._debug_force_load_balance_routing}; with random logits
 * instead, Megatron-LM {@code moe_router_force_load_balancing}).
 *
 * <p>Assignment i, counted over the k assignments of each real token, token after token, goes to
 * expert {@code i mod E}; padding is not counted. So no two experts' loads differ by more than one,
 * and all are {@code T·K/E} where E divides T·K; the experts of one token differ since k ≤ E.
 *
 * <p>The weights are those of the topK for these experts, and the distribution [T,E] is that of
 * the real scores: gradients flow as in training, but the choice does not follow the scores.
 *
 * @param topK how many experts, and their weights
 */
public record ForcedBalance(TopK topK) implements RoutingRule {
  /** Round-robin assignment of k experts to each token, with the weights of {@link TopK#of}. */
  public static ForcedBalance of(int k) {
    return new ForcedBalance(TopK.of(k));
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    int[] chosen = new int[Math.multiplyExact(topK.k(), input.mask().validTokens())];
    Arrays.setAll(chosen, i -> i % logits.experts());
    return topK.weigh(logits, input, chosen);
  }
}
