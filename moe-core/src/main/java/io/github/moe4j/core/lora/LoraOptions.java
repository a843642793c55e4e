package io.github.moe4j.core.lora;

import io.github.moe4j.core.internal.Require;
import java.util.EnumSet;
import java.util.Set;

/**
 * New low-rank adapters: {@code ŷ = W·x + s·B·(A·x)} with A [r,in], B [out,r] and {@code s = alpha/r} (Hu et al. 2021,
 * arXiv 2106.09685, section 4.1), or {@code s = alpha/√r} (rsLoRA, arXiv 2312.03732).
 *
 * @param rank r, at least 1
 * @param alpha numerator of the scale, finite
 * @param targets the projections with adapters, at least one; all of them must be in the layer
 * @param rsLora whether the scale is alpha/√r
 * @param dropout rate of an adapter's inputs dropped in training, in [0, 1): each becomes 0, the others are multiplied by
 *     {@code 1/(1 − rate)}. One uniform number per element, row by row, adapter by adapter.
 * @param seed of the initial A; B is zero
 */
public record LoraOptions(
    int rank, double alpha, Set<LoraTarget> targets, boolean rsLora, double dropout, long seed) {
  /**
   * Checks the options and copies the targets.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public LoraOptions {
    Require.positive("rank", rank);
    Require.finite("alpha", alpha);
    requireDropout(dropout);
    Require.that(!targets.isEmpty(), "targets must be at least 1 but were 0");
    targets = Set.copyOf(targets);
  }

  /** Adapters of all projections of gated experts, with scale {@code alpha/rank}, without dropout. */
  public static LoraOptions of(int rank, double alpha) {
    Set<LoraTarget> experts =
        EnumSet.of(LoraTarget.EXPERT_GATE, LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN);
    return new LoraOptions(rank, alpha, experts, false, 0, 0);
  }

  /** The same for other projections. */
  public LoraOptions withTargets(LoraTarget... others) {
    return new LoraOptions(rank, alpha, Set.of(others), rsLora, dropout, seed);
  }

  /** The same with the scale {@code alpha/√rank} or not. */
  public LoraOptions withRsLora(boolean isOn) {
    return new LoraOptions(rank, alpha, targets, isOn, dropout, seed);
  }

  /** The same with dropout of adapters' inputs in training. */
  public LoraOptions withDropout(double rate) {
    return new LoraOptions(rank, alpha, targets, rsLora, rate, seed);
  }

  /** The same with other initial numbers. */
  public LoraOptions withSeed(long other) {
    return new LoraOptions(rank, alpha, targets, rsLora, dropout, other);
  }

  static void requireDropout(double rate) {
    Require.that(rate >= 0 && rate < 1, "adapter dropout must be in [0, 1) but was %s", rate);
  }
}
