package io.github.moe4j.lab.variant;

import io.github.moe4j.core.experts.ExpertsTraits;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.balance.BalancedSizes;

/**
 * Sizes of a feed-forward part. Every variant computes {@code activeHidden} hidden units a token,
 * so that all have equal active FLOPs whatever their number of choices.
 *
 * @param width model width D
 * @param activeHidden hidden units that one token activates: H for a dense layer, H/K an expert
 * @param experts number of experts E
 * @param k choices per token of the top-k routers, 1 ≤ k ≤ E
 */
public record LayerOptions(int width, int activeHidden, int experts, int k) {
  /** Matrices of a gated network. */
  private static final int GATED_MATRICES = 3;

  /** Validates. */
  public LayerOptions {
    Require.positive("width", width);
    Require.positive("hidden", activeHidden);
    Require.positive("experts", experts);
    Require.positive("k", k);
    Require.that(k <= experts, "k must be at most experts = %d but was %d", experts, k);
    Require.that(activeHidden % k == 0, "k must divide hidden = %d but was %d", activeHidden, k);
  }

  /** The sizes that balancing depends on. */
  public BalancedSizes balanced() {
    return new BalancedSizes(experts, width, k);
  }

  /** The same with other experts. */
  public LayerOptions with(int newExperts, int newK) {
    return new LayerOptions(width, activeHidden, newExperts, newK);
  }

  /**
   * Hidden units of an expert, so that a token activates as many operations as with one gated network
   * of {@link #activeHidden}.
   *
   * @param choices experts that a token is sent to
   */
  int expertHidden(ExpertsTraits kind, int choices) {
    int networks = choices + (kind.shared() ? 1 : 0);
    long hidden = (long) activeHidden * GATED_MATRICES / kind.matrices() / networks;
    Require.that(
        hidden <= Integer.MAX_VALUE,
        "hidden units of an expert must be below 2^31 but were %d",
        hidden);
    return (int) Math.max(1, hidden);
  }
}
