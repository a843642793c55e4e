package io.github.moe4j.routing;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * Limits each token to the experts of a few groups, such as the experts of one device or node, so
 * that a token is sent to few of them.
 *
 * <p>Group g holds the experts {@code [g·E/groups, (g+1)·E/groups)}. Its score is the sum of its
 * {@code best} largest selection scores: 1 in DeepSeek-V2 (the maximum), 2 in DeepSeek-V3, {@code
 * k/kept} in Megatron-LM ({@code group_limited_topk}). The {@code kept} groups with the largest
 * scores are kept, ties going to the lowest group; experts of other groups are not chosen.
 *
 * @param groups number of groups, a divisor of E
 * @param kept groups a token may use, 1 ≤ kept ≤ groups
 * @param best how many experts make the score of a group, at most E/groups
 * @param outside what replaces the selection scores of the other groups
 */
public record ExpertGroups(int groups, int kept, int best, Outside outside) {
  /** What replaces the selection scores of excluded experts. */
  public enum Outside {
    /** Never chosen: DeepSeek's current code and Megatron-LM. */
    NEGATIVE_INFINITY(Double.NEGATIVE_INFINITY),
    /**
     * As in the first code published for DeepSeek-V2, V3 and VL2 ({@code MoEGate}) and in
     * Hugging Face 4.56. An excluded expert then wins against an eligible one whose score is below
     * 0, as a selection bias can make it (transformers issue 45440); for models trained with that code.
     */
    ZERO(0);

    private final double score;

    Outside(double score) {
      this.score = score;
    }
  }

  private static final ExpertGroups NONE = new ExpertGroups(1, 1, 1, Outside.NEGATIVE_INFINITY);

  /**
   * Checks the options that do not depend on E.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ExpertGroups {
    Require.positive("groups", groups);
    Require.positive("kept", kept);
    Require.positive("best", best);
    Require.that(kept <= groups, "kept must be at most groups = %d but was %d", groups, kept);
  }

  /** One group of all experts: no limit. */
  public static ExpertGroups none() {
    return NONE;
  }

  /** Groups scored by their best expert (DeepSeek-V2). */
  public static ExpertGroups byBest(int groups, int kept) {
    return new ExpertGroups(groups, kept, 1, Outside.NEGATIVE_INFINITY);
  }

  /** Groups scored by the sum of their two best experts (DeepSeek-V3). */
  public static ExpertGroups byBestTwo(int groups, int kept) {
    return new ExpertGroups(groups, kept, 2, Outside.NEGATIVE_INFINITY);
  }

  /** Throws unless E experts fall into the groups and k of them can be chosen. */
  void requireFits(int experts, int k) {
    Require.that(experts % groups == 0, "groups must divide E = %d but was %d", experts, groups);
    int size = experts / groups;
    Require.that(best <= size, "best must be at most E/groups = %d but was %d", size, best);
    Require.that(
        (long) kept * size >= k,
        "kept groups must have at least k = %d experts but have %d",
        k,
        kept * size);
  }

  /**
   * Excludes the experts of all groups except the best; scores of padding stay.
   *
   * @param selection row-major [T·E]. Modified.
   */
  void limit(double[] selection, int experts, TokenMask mask) {
    if (kept == groups) {
      return;
    }
    int size = experts / groups;
    double[] scores = new double[groups];
    int[] bestOfGroup = new int[best];
    int[] keptGroups = new int[kept];
    for (int t = 0; t < mask.tokens(); t++) {
      if (mask.valid(t)) {
        for (int g = 0; g < groups; g++) {
          scores[g] = sumOfBest(selection, t * experts + g * size, size, bestOfGroup);
        }
        TopSelection.largest(scores, 0, groups, keptGroups);
        putOutOfReach(selection, t * experts, size, keptGroups);
      }
    }
  }

  private static double sumOfBest(double[] selection, int from, int size, int[] best) {
    TopSelection.largest(selection, from, size, best);
    double sum = 0;
    for (int e : best) {
      sum += selection[from + e];
    }
    return sum;
  }

  private void putOutOfReach(double[] selection, int from, int size, int[] keptGroups) {
    boolean[] stays = new boolean[groups];
    for (int g : keptGroups) {
      stays[g] = true;
    }
    for (int g = 0; g < groups; g++) {
      if (!stays[g]) {
        Arrays.fill(selection, from + g * size, from + (g + 1) * size, outside.score);
      }
    }
  }
}
