package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.GumbelNoise;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of the logits with Gumbel noise when training.
 *
 * @param k experts a token
 */
public record GumbelRouter(@JsonProperty("k") int k) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public GumbelRouter {
    GumbelNoise.of(Rules.topK(k));
  }

  @Override
  public RoutingRule rule() {
    return GumbelNoise.of(Rules.topK(k));
  }
}
