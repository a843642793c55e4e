package io.github.moe4j.testkit;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import java.util.ArrayList;
import java.util.List;

/** A batch that {@link CapacityContract} applies a rule to, among four experts. */
record CapacityBatch(int tokens, int k, int sequenceLength, boolean masked, boolean collapsed) {
  static final int EXPERTS = 4;

  /** No token, one, three and more, in one sequence and in several, even and all on one expert. */
  static List<CapacityBatch> all() {
    List<CapacityBatch> all = new ArrayList<>();
    for (int[] shape : new int[][] {{0, 1}, {1, 1}, {3, 3}, {17, 17}, {18, 6}}) {
      for (int k : new int[] {1, 2, EXPERTS}) {
        all.add(new CapacityBatch(shape[0], k, shape[1], false, false));
        all.add(new CapacityBatch(shape[0], k, shape[1], true, true));
      }
    }
    return all;
  }

  /** Sixteen tokens that all prefer expert 0. */
  static RouterDecision collapse() {
    return new CapacityBatch(16, 1, 16, false, true).decision(1);
  }

  RouterDecision decision(long salt) {
    double[] logits = RandomArrays.normal(Seeds.random(salt), tokens * EXPERTS);
    for (int t = 0; collapsed && t < tokens; t++) {
      logits[t * EXPERTS] += 9;
    }
    TokenMask mask =
        masked ? RandomArrays.mask(Seeds.random(salt + 1), tokens) : TokenMask.none(tokens);
    return Decisions.topK(logits, EXPERTS, k, mask, sequenceLength);
  }
}
