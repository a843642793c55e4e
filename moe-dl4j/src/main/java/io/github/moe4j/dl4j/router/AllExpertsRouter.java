package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.AllExperts;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;

/**
 * Every expert, weighted by its probability.
 */
public record AllExpertsRouter() implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public AllExpertsRouter {
    // Nothing to check: the constructor is here for its annotation.
  }

  @Override
  public RoutingRule rule() {
    return new AllExperts();
  }
}
