package io.github.moe4j.routing;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;

/**
 * Top-k with a selection bias on the logits: the k largest {@code logit + bias} are chosen and
 * weighted by their scores without the bias (the routing of {@code quantile_balancing} in
 * Megatron-LM, whose {@code qb_beta} is the negative bias).
 *
 * <p>It differs from {@link DeepSeekV3} in where the bias is added: to the logits, which have no
 * bounds, rather than to scores between 0 and 1.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest expert index.
 * The choice carries no gradient, and none reaches the bias: it is read once per pass and replaced
 * between steps by a controller. Weights and full distribution are those of {@link TopK}, and
 * have gradients.
 *
 * @param topK how many experts, and their weights
 * @param bias [E], read at every pass. Not modified.
 */
public record BiasedTopK(TopK topK, ExpertBias bias) implements RoutingRule {
  /** The k best by logits and bias, weighted by their softmax probabilities over their sum. */
  public static BiasedTopK of(int k, ExpertBias bias) {
    return new BiasedTopK(TopK.of(k), bias);
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
    bias.requireExperts(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    int experts = logits.experts();
    requireFits(experts);
    double[] selection = bias.addTo(logits.toArray());
    return topK.weigh(logits, input, topK.choose(selection, experts, input.mask()));
  }
}
