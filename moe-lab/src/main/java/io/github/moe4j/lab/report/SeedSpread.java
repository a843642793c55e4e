package io.github.moe4j.lab.report;

import io.github.moe4j.cli.Samples;
import java.util.Arrays;
import java.util.Locale;

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

  /**
   * Mean ± deviation as text, the mean alone of one value, a dash without any.
   *
   * @param format of a number, such as {@code %.4f}
   */
  public String text(String format) {
    if (count == 0) {
      return "-";
    }
    String text = String.format(Locale.ROOT, format, mean);
    return count == 1 ? text : text + " ± " + String.format(Locale.ROOT, format, deviation);
  }
}
