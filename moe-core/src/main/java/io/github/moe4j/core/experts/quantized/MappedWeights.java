package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MappedExperts} keep in memory.
 *
 * @param budget bytes that experts in memory may take; 0 if none is kept
 * @param format of the weights of experts in memory; null if none is kept
 */
public record MappedWeights(long budget, @Nullable WeightFormat format) {
  /**
   * Checks the budget.
   *
   * @throws IllegalArgumentException if it is negative, or not 0 without a format, or 0 with one
   */
  public MappedWeights {
    Require.that(budget >= 0, "budget must be at least 0 but was %d", budget);
    Require.that(
        (budget == 0) == (format == null),
        "budget must be 0 exactly if there is no format but was %d with %s",
        budget,
        format);
  }

  /** Keeps none: weights are read from the file in each pass that uses them. */
  public static MappedWeights streamed() {
    return new MappedWeights(0, null);
  }

  /**
   * Keeps the experts that were used last, packed.
   *
   * @param budget bytes that they may take, above 0
   * @param format to which weights are rounded: all experts compute with it, whether they were in memory or not
   */
  public static MappedWeights withBudget(long budget, WeightFormat format) {
    return new MappedWeights(budget, format);
  }
}
