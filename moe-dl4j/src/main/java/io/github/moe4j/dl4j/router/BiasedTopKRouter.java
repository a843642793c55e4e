package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of logits plus a bias, weights of the logits alone; the bias follows the load by its sign.
 *
 * @param k experts a token
 * @param biasRate what the bias moves by at each iteration
 */
public record BiasedTopKRouter(
    @JsonProperty("k") int k, @JsonProperty("biasRate") double biasRate) implements BiasedRouter {
  /** Checks the options. */
  @JsonCreator
  public BiasedTopKRouter {
    Require.positive("k", k);
    Rules.requireBiasRate(biasRate);
  }

  @Override
  public RoutingRule rule(ExpertBias bias) {
    return new BiasedTopK(Rules.topK(k), bias);
  }
}
