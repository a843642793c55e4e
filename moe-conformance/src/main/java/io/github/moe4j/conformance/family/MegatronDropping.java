package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.PaddedToCapacity;
import org.jspecify.annotations.Nullable;

/**
 * {@code apply_router_token_dropping} of Megatron-LM by its options: {@code probs} keeps the largest
 * weights of each expert, {@code position} any of its assignments; {@code pad_to_capacity} then
 * marks tokens that were not routed, until each expert has as many as it has room for.
 */
final class MegatronDropping {
  private MegatronDropping() {}

  /**
   * The rule for a case, dropless if it has no capacity factor.
   *
   * @param survivors name of the output [T,E] that marks what was kept
   */
  static CapacityRule rule(ReferenceCase reference, String survivors) {
    CaseConfig config = reference.config();
    if (!config.isSet("capacity_factor")) {
      return new Dropless();
    }
    CaseTensor recorded = reference.recordedOutput(survivors).orElse(null);
    CapacityRule rule = switch (config.text("drop_policy")) {
      case "probs" -> dropping(config, DropOrder.byWeight(), recorded, false);
      case "position" -> dropping(config, DropOrder.tokenMajor(), recorded, true);
      default ->
        throw new UnsupportedCaseException("config drop_policy is " + config.text("drop_policy"));
    };
    return config.flag("pad_to_capacity", false)
        ? new RecordedFill(new PaddedToCapacity(rule, formula(config), false), recorded)
        : rule;
  }

  /** Room of an expert: {@code ceil(T·k/E·factor)}. */
  static CapacityFormula formula(CaseConfig config) {
    return CapacityFormula.megatron(config.size("topk"), config.number("capacity_factor"));
  }

  private static CapacityRule dropping(
      CaseConfig config, DropOrder order, @Nullable CaseTensor recorded, boolean anyOrder) {
    LimitedCapacity rule = new LimitedCapacity(formula(config), false, order);
    return new RecordedSurvivors(rule, recorded, anyOrder);
  }
}
