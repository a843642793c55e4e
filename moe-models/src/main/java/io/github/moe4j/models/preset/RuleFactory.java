package io.github.moe4j.models.preset;

import io.github.moe4j.routing.RoutingRule;

/** Creates a router's rule for a number of experts. */
@FunctionalInterface
public interface RuleFactory {
  /** The rule; its state, such as a selection bias, is new each time. */
  RoutingRule rule(int experts);
}
