package io.github.moe4j.bench.lab;

/**
 * Sizes of a feed-forward part. Every contender computes {@code activeHidden} hidden units a token,
 * so that all have equal active FLOPs whatever their number of choices.
 *
 * @param width model width D
 * @param activeHidden hidden units that one token activates: H for a dense layer, H/K an expert
 * @param experts number of experts E
 * @param k choices per token of the top-k routers, 1 ≤ k ≤ E
 */
public record LayerOptions(int width, int activeHidden, int experts, int k) {
  /** Validates. */
  public LayerOptions {
    if (width < 1 || activeHidden < 1 || experts < 1 || k < 1) {
      throw new IllegalArgumentException(
          "width, hidden, experts and k must be at least 1 but were %d, %d, %d and %d"
              .formatted(width, activeHidden, experts, k));
    }
    if (k > experts) {
      throw new IllegalArgumentException(
          "k must be at most experts = %d but was %d".formatted(experts, k));
    }
    if (activeHidden % k != 0) {
      throw new IllegalArgumentException(
          "k must divide hidden = %d but was %d".formatted(activeHidden, k));
    }
  }
}
