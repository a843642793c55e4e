package io.github.moe4j.core.capacity;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.internal.Require;

/**
 * Another rule, after which filler rows bring the number of rows of each expert to a multiple, for
 * kernels that need whole tiles: Megatron-LM {@code moe_utils.pad_routing_map}.
 *
 * <p>An expert with c rows gets {@code (−c) mod multiple} more: rows of the first real tokens,
 * in token order, that are not assigned to it, with weight 0; an expert without rows gets none. If there are not
 * enough tokens, it gets as many as there are.
 *
 * <p>Such rows cost time and change no output and no gradient, with {@link WeightAt#INPUT} neither.
 * Experts that hold a router themselves route them like others, and dropout draws for them.
 *
 * @param rule the rule that drops
 * @param multiple at least 1
 */
public record PaddedToMultiple(CapacityRule rule, int multiple) implements CapacityRule {
  /**
   * Checks the multiple.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public PaddedToMultiple {
    Require.positive("multiple", multiple);
  }

  /** A rule whose experts get a multiple of rows. */
  public static PaddedToMultiple of(CapacityRule rule, int multiple) {
    return new PaddedToMultiple(rule, multiple);
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    return PaddedPass.of(
        decision,
        rule.apply(decision, mode),
        decision.tokens(),
        (group, expert, rows) -> Math.floorMod(-rows, multiple));
  }
}
