package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Softmax top-k: the k largest probabilities, normalized; with k = 1 the probability itself.
 *
 * @param k experts a token
 */
public record TopKRouter(@JsonProperty("k") int k) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public TopKRouter {
    Rules.topK(k);
  }

  @Override
  public RoutingRule rule() {
    return Rules.topK(k);
  }
}
