package io.github.moe4j.core.capacity;

import io.github.moe4j.core.catalogue.CatalogueEntry;

/**
 * A capacity formula by name. Its {@link #formula} is in T tokens, k
 * choices, E experts, N assignments and the number f.
 *
 * <p>A provider is a class with a public no-argument constructor, listed in {@code
 * META-INF/services/io.github.moe4j.core.capacity.CapacityProvider}.
 */
public interface CapacityProvider extends CatalogueEntry {
  /**
   * The formula.
   *
   * @param number f
   * @param k choices per token
   * @throws IllegalArgumentException if there is none with this number
   */
  CapacityFormula create(double number, int k);
}
