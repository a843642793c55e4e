package io.github.moe4j.parallel;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Where the tokens of one pass go, each once to a rank. Tokens are sent by (rank, token), the choices of their experts
 * by (rank, expert, row of the plan).
 *
 * @param tokens the rows to send: the plan of T tokens to N ranks in place of experts, with weight 1
 * @param choiceStart first choice sent to each rank, and their number at the end [N+1]
 * @param key of each choice: place of its token among those sent to the rank, times the number of the rank's experts,
 *     plus the place of its expert there
 * @param assignment of each choice in the plan
 */
record TokenRoutes(DispatchPlan tokens, int[] choiceStart, long[] key, int[] assignment) {
  /** The routes of a rank. */
  static TokenRoutes of(DispatchPlan plan, Placement placement, int rank) {
    int[] expertStart = plan.expertStart();
    BitSet[] tokensTo = new BitSet[placement.ranks()];
    Arrays.setAll(tokensTo, target -> new BitSet(plan.tokens()));
    for (int e = 0; e < placement.experts(); e++) {
      BitSet tokens = tokensTo[placement.target(e, rank)];
      for (int r = expertStart[e]; r < expertStart[e + 1]; r++) {
        tokens.set(plan.token(r));
      }
    }
    int[] choiceStart = new int[placement.ranks() + 1];
    long[] key = new long[plan.rows()];
    int[] assignment = new int[plan.rows()];
    int[] place = new int[plan.tokens()];
    for (int target = 0, n = 0; target < placement.ranks(); target++) {
      for (int t = tokensTo[target].nextSetBit(0), next = 0;
          t >= 0;
          t = tokensTo[target].nextSetBit(t + 1)) {
        place[t] = next++;
      }
      int[] held = placement.expertsOn(target);
      for (int i = 0; i < held.length; i++) {
        if (placement.target(held[i], rank) == target) {
          for (int r = expertStart[held[i]]; r < expertStart[held[i] + 1]; r++, n++) {
            key[n] = (long) place[plan.token(r)] * held.length + i;
            assignment[n] = plan.assignment(r);
          }
        }
      }
      choiceStart[target + 1] = n;
    }
    return new TokenRoutes(planOf(plan.tokens(), tokensTo), choiceStart, key, assignment);
  }

  private static DispatchPlan planOf(int tokens, BitSet[] tokensTo) {
    int rows = Arrays.stream(tokensTo).mapToInt(BitSet::cardinality).sum();
    int[] token = new int[rows];
    int[] target = new int[rows];
    double[] weight = new double[rows];
    Arrays.fill(weight, 1);
    for (int t = 0, n = 0; t < tokens; t++) {
      for (int r = 0; r < tokensTo.length; r++) {
        if (tokensTo[r].get(t)) {
          token[n] = t;
          target[n++] = r;
        }
      }
    }
    return DispatchPlan.of(Assignments.wrap(tokens, tokensTo.length, token, target, weight));
  }
}
