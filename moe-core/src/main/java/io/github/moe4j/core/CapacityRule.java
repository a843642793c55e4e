package io.github.moe4j.core;

/** Decides which assignments find room in their expert. */
@FunctionalInterface
public interface CapacityRule {
  /**
   * Applies the rule.
   *
   * @param decision what the router decided
   * @param training whether the pass trains; a rule may give evaluation another limit
   */
  CapacityResult apply(RouterDecision decision, boolean training);
}
