package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopP;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The fewest experts whose probabilities sum to p.
 *
 * @param p in (0, 1]
 */
public record TopPRouter(@JsonProperty("p") double p) implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public TopPRouter {
    TopP.of(p);
  }

  @Override
  public RoutingRule rule() {
    return TopP.of(p);
  }
}
