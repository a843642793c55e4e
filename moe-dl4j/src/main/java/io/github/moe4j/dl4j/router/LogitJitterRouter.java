package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.LogitJitter;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Top-k of the logits times {@code 1 + U[−range, range]} when training.
 *
 * @param k experts a token
 * @param range in [0, 1)
 */
public record LogitJitterRouter(
    @JsonProperty("k") int k, @JsonProperty("range") double range) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public LogitJitterRouter {
    new LogitJitter(Rules.topK(k), range);
  }

  @Override
  public RoutingRule rule() {
    return new LogitJitter(Rules.topK(k), range);
  }
}
