package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * How often each expert was chosen: constants without gradient, read by losses.
 *
 * <p>A loss counts them from a decision; given counts may be those of a larger batch, summed over micro-batches or
 * workers.
 *
 * @param perExpert choices of each expert, before dropping [E]
 * @param tokens real tokens they were counted over
 * @param choices choices per token K, on average
 */
public record ExpertCounts(long[] perExpert, long tokens, double choices) {
  /**
   * Copies and checks the counts.
   *
   * @throws IllegalArgumentException if there are no experts, a number is negative or not finite, or experts were
   *     chosen by no tokens
   */
  public ExpertCounts {
    perExpert = perExpert.clone();
    Require.positive("experts", perExpert.length);
    for (int e = 0; e < perExpert.length; e++) {
      Require.that(
          perExpert[e] >= 0, "count of expert %d must be at least 0 but was %d", e, perExpert[e]);
    }
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.that(
        tokens > 0 || Arrays.stream(perExpert).sum() == 0,
        "tokens must be above 0 if experts were chosen but was %d",
        tokens);
    Require.that(
        choices >= 0 && Double.isFinite(choices), "choices must be at least 0 but was %s", choices);
  }

  /** The choices of a decision, all of them. */
  public static ExpertCounts of(RouterDecision decision) {
    long tokens = decision.mask().validTokens();
    int size = decision.assignments().size();
    return new ExpertCounts(
        Arrays.stream(decision.assignments().countPerExpert()).asLongStream().toArray(),
        tokens,
        tokens == 0 ? 1 : (double) size / tokens);
  }

  /** The first choices of a decision. */
  public static ExpertCounts firstChoices(RouterDecision decision) {
    return new ExpertCounts(
        Arrays.stream(decision.assignments().countFirstChoices()).asLongStream().toArray(),
        decision.mask().validTokens(),
        1);
  }

  /**
   * The sum of both counts.
   *
   * @throws IllegalArgumentException if the numbers of experts differ
   */
  public ExpertCounts plus(ExpertCounts other) {
    Require.that(
        perExpert.length == other.perExpert.length,
        "counts must have the same number of experts: %d != %d",
        perExpert.length,
        other.perExpert.length);
    long[] sum = perExpert.clone();
    Arrays.setAll(sum, e -> sum[e] + other.perExpert[e]);
    long both = tokens + other.tokens;
    double mean = both == 0 ? 1 : (choices * tokens + other.choices * other.tokens) / both;
    return new ExpertCounts(sum, both, mean);
  }

  /** A copy of the counts [E]. */
  @Override
  public long[] perExpert() {
    return perExpert.clone();
  }
}
