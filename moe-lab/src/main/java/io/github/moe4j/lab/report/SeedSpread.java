package io.github.moe4j.lab.report;

import io.github.moe4j.cli.Samples;
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
    return new SeedSpread(Samples.mean(known), Samples.deviation(known), known.length);
  }
}
