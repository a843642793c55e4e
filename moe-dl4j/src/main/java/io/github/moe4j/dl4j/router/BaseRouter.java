package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.BaseAssignment;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;

/**
 * The balanced assignment of BASE layers when training.
 */
public record BaseRouter() implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public BaseRouter {
    // Nothing to check: the constructor is here for its annotation.
  }

  @Override
  public RoutingRule rule() {
    return new BaseAssignment();
  }
}
