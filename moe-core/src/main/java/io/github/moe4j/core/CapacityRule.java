package io.github.moe4j.core;

/** Limits the number of assignments of each expert. */
@FunctionalInterface
public interface CapacityRule {
  /**
   * Applies the rule.
   *
   * @param decision the router's decision
   * @param mode training or evaluation, which may have different limits, and the source of noise
   * @throws IllegalArgumentException if the rule needs scores or a generator that are missing
   */
  CapacityPass apply(RouterDecision decision, PassMode mode);
}
