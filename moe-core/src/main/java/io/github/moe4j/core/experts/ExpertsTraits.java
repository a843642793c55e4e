package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Require;

/**
 * The properties of a kind of experts needed to build or compare it.
 *
 * @param matrices matrices of an expert; with two, hidden layers are wider at equal operations
 *     than with three
 * @param shared whether a layer adds one more such network that is applied to
 * every token
 * @param leastExperts minimum number of experts
 */
public record ExpertsTraits(int matrices, boolean shared, int leastExperts) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ExpertsTraits {
    Require.positive("matrices", matrices);
    Require.positive("leastExperts", leastExperts);
  }

  /** Networks with the given number of matrices, for any number of experts. */
  public static ExpertsTraits ofMatrices(int matrices) {
    return new ExpertsTraits(matrices, false, 1);
  }
}
