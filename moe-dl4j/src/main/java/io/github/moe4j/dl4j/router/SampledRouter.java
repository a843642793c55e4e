package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SampledTopK;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k drawn from the probabilities when training.
 *
 * @param k experts a token
 */
public record SampledRouter(@JsonProperty("k") int k) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public SampledRouter {
    new SampledTopK(Rules.topK(k));
  }

  @Override
  public RoutingRule rule() {
    return new SampledTopK(Rules.topK(k));
  }
}
