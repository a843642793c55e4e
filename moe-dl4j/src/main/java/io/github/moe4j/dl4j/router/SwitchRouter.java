package io.github.moe4j.dl4j.router;

import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Switch;
import org.nd4j.shade.jackson.annotation.JsonCreator;

/**
 * The best expert, weighted by its probability (Switch Transformers).
 */
public record SwitchRouter() implements RuleRouter {
  /** Checks the options. */
  @JsonCreator
  public SwitchRouter {
    // Nothing to check: the constructor is here for its annotation.
  }

  @Override
  public RoutingRule rule() {
    return new Switch();
  }
}
