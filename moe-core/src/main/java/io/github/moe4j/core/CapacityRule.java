package io.github.moe4j.core;

/** Decides which assignments fit their expert's capacity. */
@FunctionalInterface
public interface CapacityRule {
  /**
   * Applies the rule.
   *
   * @param decision what the router decided
   * @param mode training or evaluation, which may have another limit, and the source of noise
   */
  CapacityPass apply(RouterDecision decision, PassMode mode);
}
