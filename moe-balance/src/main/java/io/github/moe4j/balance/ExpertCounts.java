package io.github.moe4j.balance;

import io.github.moe4j.core.internal.Require;

/**
 * How often each expert was chosen, as a loss sees it: constants without gradient.
 *
 * <p>A loss counts them from a decision by itself; given from outside they may be those of a larger
 * batch, summed over micro-batches or workers.
 *
 * @param perExpert choices of each expert, before dropping [E]
 * @param tokens real tokens they were counted over
 * @param choices choices per token K
 */
public record ExpertCounts(long[] perExpert, long tokens, double choices) {
  /** Copies the counts and checks them. */
  public ExpertCounts {
    perExpert = perExpert.clone();
    Require.positive("experts", perExpert.length);
    for (int e = 0; e < perExpert.length; e++) {
      Require.that(
          perExpert[e] >= 0, "count of expert %d must be at least 0 but was %d", e, perExpert[e]);
    }
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.that(
        choices > 0 && Double.isFinite(choices), "choices must be above 0 but was %s", choices);
  }

  /** A copy of the counts [E]. */
  @Override
  public long[] perExpert() {
    return perExpert.clone();
  }
}
