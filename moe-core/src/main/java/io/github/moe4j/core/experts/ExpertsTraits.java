package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Require;

/**
 * The properties of a kind of experts needed to build or compare it.
 *
 * @param matrices matrices of an expert: of those with two, hidden layers may be wider for as many
 *     operations as with three
 * @param shared whether a layer adds one more such network that serves every token
 * @param leastExperts the fewest experts it works with
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

  /** Networks of so many matrices, in any number. */
  public static ExpertsTraits ofMatrices(int matrices) {
    return new ExpertsTraits(matrices, false, 1);
  }
}
