package io.github.moe4j.lab.report;

import java.util.Arrays;

/**
 * A figure over several seeds.
 *
 * @param mean over those that were measured; NaN without any
 * @param deviation sample standard deviation; NaN for fewer than two
 * @param count measured
 */
public record SeedSpread(double mean, double deviation, int count) {

  /**
   * The spread of some values.
   *
   * @param values NaN for what was not measured. Not modified.
   */
  public static SeedSpread of(double... values) {
    double[] known = Arrays.stream(values).filter(Double::isFinite).toArray();
    double mean = Arrays.stream(known).average().orElse(Double.NaN);
    double squares = Arrays.stream(known).map(v -> (v - mean) * (v - mean)).sum();
    return new SeedSpread(
        mean,
        known.length < 2 ? Double.NaN : Math.sqrt(squares / (known.length - 1)),
        known.length);
  }
}
