package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;

/** How many assignments one expert takes from a group of tokens (the batch, or one sequence). */
@FunctionalInterface
public interface CapacityFormula {
  /** The limit of every expert. */
  int limit(CapacityDemand demand);

  /**
   * {@code ceil(assignments / E · factor)}: the mean load times a factor (Switch Transformers, arXiv
   * 2101.03961, equation 3; Megatron-LM {@code get_capacity}, whose order of rounding this is).
   * Padding counts for nothing.
   *
   * @param factor above 0; 1 is room for a perfectly balanced batch
   */
  static CapacityFormula factor(double factor) {
    Require.that(
        factor > 0 && Double.isFinite(factor),
        "capacity factor must be above 0 and finite but was %s",
        factor);
    return demand -> (int) Math.ceil((double) demand.assignments() / demand.experts() * factor);
  }

  /**
   * The same limit for every group, such as Hugging Face's {@code expert_capacity}.
   *
   * @param limit at least 0
   */
  static CapacityFormula fixed(int limit) {
    Require.that(limit >= 0, "capacity must be at least 0 but was %d", limit);
    return demand -> limit;
  }
}
