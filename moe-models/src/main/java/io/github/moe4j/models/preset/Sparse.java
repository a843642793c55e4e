package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;
import org.jspecify.annotations.Nullable;

/**
 * The components of a sparse layer.
 *
 * @param experts E
 * @param k choices per token
 * @param expert one of them
 * @param sharing shared experts, or null
 * @param routerBias whether the router's logits have biases that are learned
 * @param selectionBias whether experts are selected with a bias without gradient
 */
public record Sparse(
    int experts,
    int k,
    FeedForwardShape expert,
    @Nullable Sharing sharing,
    boolean routerBias,
    boolean selectionBias) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Sparse {
    Require.positive("k", k);
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  /** Routed experts only, and a router without biases. */
  public static Sparse of(int experts, int k, FeedForwardShape expert) {
    return new Sparse(experts, k, expert, null, false, false);
  }

  /** The same with shared experts. */
  public Sparse withSharing(Sharing other) {
    return new Sparse(experts, k, expert, other, routerBias, selectionBias);
  }

  /** The same with another number of experts. */
  public Sparse withExperts(int other) {
    return new Sparse(other, k, expert, sharing, routerBias, selectionBias);
  }

  Size router(int modelWidth) {
    int biases = (routerBias ? 1 : 0) + (selectionBias ? 1 : 0);
    return new Size((long) experts * modelWidth, (long) biases * experts);
  }

  Size shared(int modelWidth) {
    return sharing == null ? Size.ZERO : sharing.size(modelWidth);
  }

  Sparse scaled(int from, int to) {
    return new Sparse(
        experts,
        k,
        expert.scaled(from, to),
        sharing == null ? null : sharing.scaled(from, to),
        routerBias,
        selectionBias);
  }
}
