package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import java.util.Arrays;

/** What a capacity formula gives each expert, which recorded code reports. */
final class Room {
  private Room() {}

  /** The limit of a formula for a whole batch in training. */
  static int of(CapacityFormula formula, RouterDecision decision) {
    int[] counts = decision.assignments().countPerExpert();
    return of(formula, decision, Arrays.stream(counts).max().orElse(0));
  }

  /**
   * The limit for a whole batch in training.
   *
   * @param largestLoad what stands for the load of the expert with most assignments
   */
  static int of(CapacityFormula formula, RouterDecision decision, int largestLoad) {
    Assignments all = decision.assignments();
    return formula.limit(new CapacityDemand(
        decision.mask().validTokens(),
        decision.tokens(),
        all.size(),
        largestLoad,
        decision.experts(),
        true));
  }
}
