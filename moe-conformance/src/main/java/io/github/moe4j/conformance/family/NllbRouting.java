package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.routing.GShard;

/** The options of {@code NllbMoeTop2Router}. */
final class NllbRouting {
  private NllbRouting() {}

  /** What keeps a second expert. */
  static GShard.Second second(CaseConfig config) {
    String policy = config.text("second_expert_policy");
    return switch (policy) {
      case "all" -> GShard.Second.ALL;
      case "random" -> GShard.Second.RANDOM;
      case "sampling" -> GShard.Second.SAMPLING;
      default -> throw new UnsupportedCaseException("config second_expert_policy is " + policy);
    };
  }

  /** How experts are chosen and weighted before any are dropped. */
  static GShard rule(CaseConfig config) {
    GShard.Second second = second(config);
    if (!isNormalizedBefore(config)) {
      return GShard.nllb(second);
    }
    return GShard.nllb(second)
        .withWeights(
            second == GShard.Second.RANDOM
                ? GShard.Weights.FIRST_NORMALIZED
                : GShard.Weights.NORMALIZED);
  }

  /** Who is dropped, and what that makes of the weights. */
  static CapacityRule capacity(CaseConfig config) {
    DropOrder order = config.flag("batch_prioritized_routing")
        ? DropOrder.batchPrioritized()
        : DropOrder.choiceMajor();
    CapacityRule limited = new LimitedCapacity(formula(config), false, order);
    return isNormalizedBefore(config) ? limited : Renormalized.of(limited);
  }

  /** Room of an expert for a decision. */
  static int slots(CaseConfig config, RouterDecision decision) {
    return Room.of(formula(config), decision);
  }

  private static boolean isNormalizedBefore(CaseConfig config) {
    return config.flag("normalize_router_prob_before_dropping");
  }

  /** Room of an expert, by the mode of the case rather than of the pass. */
  private static CapacityFormula formula(CaseConfig config) {
    double fraction = config.number("moe_eval_capacity_token_fraction");
    if (!config.flag("training") && fraction > 0) {
      return inMode(CapacityFormula.fairseq(fraction), false);
    }
    return config.isSet("expert_capacity")
        ? CapacityFormula.fixed(config.integer("expert_capacity"))
        : inMode(CapacityFormula.fairseq(), true);
  }

  private static CapacityFormula inMode(CapacityFormula formula, boolean training) {
    return demand -> formula
        .countingPadding()
        .limit(new CapacityDemand(
            demand.tokens(),
            demand.allTokens(),
            demand.assignments(),
            demand.largestLoad(),
            demand.experts(),
            training));
  }
}
