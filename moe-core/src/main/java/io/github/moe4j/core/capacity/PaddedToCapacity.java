package io.github.moe4j.core.capacity;

import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;

/**
 * Another rule, after which each expert has exactly as many rows as its limit, in every pass the
 * same number: {@code moe_pad_expert_input_to_capacity} of Megatron-LM.
 *
 * <p>An expert below its limit gets rows of the first real tokens of the group, in token order,
 * that are not assigned to it, with weight 0. If there are not enough tokens, it gets as many as there are; an expert
 * above the limit, which only a rule with another limit leaves, gets none. For the cost and effect
 * of filler rows see {@link PaddedToMultiple}.
 *
 * @param rule the rule that drops
 * @param formula the number of rows of an expert in a group
 * @param perSequence whether a group is one sequence rather than the batch
 */
public record PaddedToCapacity(CapacityRule rule, CapacityFormula formula, boolean perSequence)
    implements CapacityRule {

  /** A rule with a limit, with filler rows up to that limit. */
  public static PaddedToCapacity of(LimitedCapacity rule) {
    return new PaddedToCapacity(rule, rule.formula(), rule.perSequence());
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    ExpertRoom room = ExpertRoom.of(formula, perSequence, decision, mode);
    return PaddedPass.of(
        decision,
        rule.apply(decision, mode),
        perSequence ? decision.sequenceLength() : decision.tokens(),
        (group, expert, rows) -> room.left(group, expert) - rows);
  }
}
