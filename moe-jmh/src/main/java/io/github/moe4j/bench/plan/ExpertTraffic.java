package io.github.moe4j.bench.plan;

import io.github.moe4j.core.internal.Require;

/**
 * Rows that leave a rank in one exchange of one layer of experts in parallel, if every choice of K experts is as likely
 * as any other. A forward pass has two such exchanges, to the experts and back; a backward pass too.
 *
 * @param tokens T of the rank
 * @param width D
 * @param experts E
 * @param k choices per token K
 * @param ranks N over which the experts are spread
 * @param oncePerRank whether a token travels once to a rank with several of its experts
 * @param elementBytes of one element
 */
public record ExpertTraffic(
    long tokens, int width, int experts, int k, int ranks, boolean oncePerRank, int elementBytes) {
  /** Checks the numbers. */
  public ExpertTraffic {
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.positive("width", width);
    Require.that(k >= 1 && k <= experts, "k must be in [1, %d] but was %d", experts, k);
    Require.that(
        ranks >= 1 && ranks <= experts, "ranks must be in [1, E = %d] but was %d", experts, ranks);
    Require.positive("elementBytes", elementBytes);
  }

  /**
   * Rows per token that leave its rank: {@code K·(N−1)/N}, or the expected number of other ranks that hold one of its
   * experts, {@code (N−1)·(1 − C(E−E/N, K)/C(E, K))}.
   */
  public double copies() {
    if (!oncePerRank) {
      return k * (ranks - 1.0) / ranks;
    }
    double local = (double) experts / ranks;
    double none = 1; // probability that a rank holds none of the K experts
    for (int i = 0; i < k; i++) {
      none *= Math.max(0, experts - local - i) / (experts - i);
    }
    return (ranks - 1) * (1 - none);
  }

  /** Bytes of these rows. */
  public double bytes() {
    return copies() * tokens * width * elementBytes;
  }
}
