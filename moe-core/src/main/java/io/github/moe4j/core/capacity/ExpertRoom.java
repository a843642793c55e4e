package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * Capacity left in each expert for each group, where a group is one sequence or the whole batch.
 */
final class ExpertRoom {
  private final int experts;
  private final int groupLength;
  private final int[] left;

  private ExpertRoom(int experts, int groupLength, int[] left) {
    this.experts = experts;
    this.groupLength = groupLength;
    this.left = left;
  }

  /** The initial capacity. */
  static ExpertRoom of(
      CapacityFormula formula, boolean perSequence, RouterDecision decision, PassMode mode) {
    int experts = decision.experts();
    int groups = perSequence ? decision.sequences() : 1;
    int length = Math.max(1, perSequence ? decision.sequenceLength() : decision.tokens());
    ExpertRoom room = new ExpertRoom(experts, length, new int[Math.multiplyExact(groups, experts)]);
    room.count(decision.assignments());
    for (int g = 0; g < groups; g++) {
      int limit = formula.limit(room.demand(g, decision, mode));
      Require.that(limit >= 0, "capacity must be at least 0 but the formula gave %d", limit);
      Arrays.fill(room.left, g * experts, (g + 1) * experts, limit);
    }
    return room;
  }

  /** Loads stand in the array until the limits replace them. */
  private void count(Assignments all) {
    for (int n = 0; n < all.size(); n++) {
      left[slot(all.token(n), all.expert(n))]++;
    }
  }

  private CapacityDemand demand(int group, RouterDecision decision, PassMode mode) {
    int assignments = 0;
    int largest = 0;
    for (int e = 0; e < experts; e++) {
      assignments += left[group * experts + e];
      largest = Math.max(largest, left[group * experts + e]);
    }
    int from = group * groupLength;
    int to = Math.min(from + groupLength, decision.tokens());
    return new CapacityDemand(
        decision.mask().validTokens(from, to),
        to - from,
        assignments,
        largest,
        experts,
        mode.isTraining());
  }

  /** Takes a place in an expert; false if it has none left for the token's group. */
  boolean take(int token, int expert) {
    int slot = slot(token, expert);
    if (left[slot] == 0) {
      return false;
    }
    left[slot]--;
    return true;
  }

  private int group(int token) {
    return token / groupLength;
  }

  /** Places left in an expert for a group. */
  int left(int group, int expert) {
    return left[group * experts + expert];
  }

  private int slot(int token, int expert) {
    return group(token) * experts + expert;
  }
}
