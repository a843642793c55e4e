package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.ReMoE;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.shade.jackson.annotation.JsonCreator;

/**
 * Weights {@code relu(logit)} (ReMoE); give it {@code ReMoEBalance}.
 */
public record ReMoERouter() implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public ReMoERouter {
    // Nothing to check: the constructor is here for its annotation.
  }

  @Override
  public RoutingRule rule() {
    return new ReMoE();
  }
}
