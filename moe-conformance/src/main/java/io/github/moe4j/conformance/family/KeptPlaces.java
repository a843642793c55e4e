package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.capacity.DropOrder;

/**
 * Where kept assignments lie in code that gives each expert a row of slots.
 *
 * @param choice which choice of its token each one is, 0 for the first, dropped ones counted [R]
 * @param slot its place in its expert, kept ones counted [R]
 */
record KeptPlaces(int[] choice, int[] slot) {
  /**
   * The places of what a capacity rule kept.
   *
   * @param kept assignments of the decision in its own order
   * @param queue order in which experts fill their slots; draws nothing
   * @param perSequence whether each sequence has slots of its own
   */
  static KeptPlaces of(
      RouterDecision decision, Assignments kept, DropOrder queue, boolean perSequence) {
    Assignments all = decision.assignments();
    int[] choice = new int[kept.size()];
    int[] rowOf = new int[all.size()];
    int[] choicesOfToken = new int[all.tokens()];
    int r = 0;
    for (int n = 0; n < rowOf.length; n++) {
      int place = choicesOfToken[all.token(n)]++;
      boolean isKept =
          r < kept.size() && kept.token(r) == all.token(n) && kept.expert(r) == all.expert(n);
      rowOf[n] = isKept ? r : -1;
      if (isKept) {
        choice[r++] = place;
      }
    }
    if (r < kept.size()) {
      throw new IllegalArgumentException("kept must be in the order of the decision but is not");
    }
    int group = perSequence ? decision.sequenceLength() : Math.max(1, all.tokens());
    int[] used = new int[(all.tokens() / group + 1) * all.experts()];
    int[] slot = new int[kept.size()];
    for (int n : queue.order(decision, PassMode.evaluation())) {
      if (rowOf[n] >= 0) {
        slot[rowOf[n]] = used[all.token(n) / group * all.experts() + all.expert(n)]++;
      }
    }
    return new KeptPlaces(choice, slot);
  }

  /**
   * Checks that every slot is one that the case has.
   *
   * @param slots slots of an expert
   */
  KeptPlaces within(int slots) {
    for (int s : slot) {
      if (s >= slots) {
        throw new IllegalStateException(
            "an expert must have at most " + slots + " kept assignments but has " + (s + 1));
      }
    }
    return this;
  }
}
