package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.internal.Require;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Sizes and options of a router to build.
 *
 * @param experts E
 * @param modelWidth D
 * @param k choices per token, for routers with this option
 * @param options numbers by name; those not given have their defaults
 */
public record RouterConfig(int experts, int modelWidth, int k, Map<String, Double> options) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public RouterConfig {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Require.positive("k", k);
    options = Map.copyOf(options);
  }

  /** With default options. */
  public static RouterConfig of(int experts, int modelWidth, int k) {
    return new RouterConfig(experts, modelWidth, k, Map.of());
  }

  /** The same with other options. */
  public RouterConfig withOptions(Map<String, Double> others) {
    return new RouterConfig(experts, modelWidth, k, others);
  }

  /** The number given for an option, or its default; empty if that depends on sizes. */
  public OptionalDouble find(NumberOption option) {
    return option.in(options);
  }

  /** The number given for an option, or its default. */
  public double number(NumberOption option) {
    return find(option).orElseThrow();
  }

  /** The same for a whole number. */
  public int whole(NumberOption option) {
    return (int) number(option);
  }
}
