package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.ExpertPlacement;
import io.github.moe4j.core.internal.Require;

/**
 * The sizes that losses may depend on.
 *
 * @param experts E, at least 1
 * @param k choices per token, in [1, E]
 * @param devices D, at least 1, with equal numbers of consecutive experts
 */
public record LossSizes(int experts, int k, int devices) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public LossSizes {
    Require.positive("experts", experts);
    Require.that(k >= 1 && k <= experts, "k must be in [1, %d] but was %d", experts, k);
    Require.positive("devices", devices);
  }

  /** Experts that are all on one device. */
  public static LossSizes of(int experts, int k) {
    return new LossSizes(experts, k, 1);
  }

  /**
   * Which experts share a device.
   *
   * @throws IllegalArgumentException if there is one device, or devices do not divide E
   */
  public ExpertPlacement placement() {
    Require.that(devices > 1, "a loss over devices needs at least 2 devices but had %d", devices);
    return ExpertPlacement.even(experts, devices);
  }
}
