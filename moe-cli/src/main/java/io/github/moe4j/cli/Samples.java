package io.github.moe4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** Statistics of repeated measurements. No array is modified. */
public final class Samples {
  private Samples() {}

  /** The middle one, or the mean of the two in the middle; NaN without any. */
  public static double median(double[] samples) {
    return quantile(samples, 0.5);
  }

  /** The smallest. */
  public static double min(double[] samples) {
    return quantile(samples, 0);
  }

  /** Interquartile range in per cent of the median. */
  public static double spread(double[] samples) {
    return 100 * (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples);
  }

  /** The arithmetic mean; NaN without any. */
  public static double mean(double[] samples) {
    return Arrays.stream(samples).average().orElse(Double.NaN);
  }

  /** Sample standard deviation, with n − 1; NaN for fewer than two. */
  public static double deviation(double[] samples) {
    double mean = mean(samples);
    double squares = Arrays.stream(samples).map(v -> (v - mean) * (v - mean)).sum();
    return samples.length < 2 ? Double.NaN : Math.sqrt(squares / (samples.length - 1));
  }

  /**
   * The median of a metric of JMH's JSON, over all iterations; NaN if the file lacks it.
   *
   * @param metric such as {@code primaryMetric}
   */
  public static double median(JsonNode metric) {
    return metric.path("scorePercentiles").path("50.0").asDouble(Double.NaN);
  }

  /** Median of the ratios of each round: effects common to a round cancel. */
  public static double ratio(double[] samples, double[] reference) {
    return median(ratios(samples, reference));
  }

  /** The same with its 95 % interval. */
  public static MedianInterval ratioInterval(double[] samples, double[] reference) {
    return MedianInterval.of(ratios(samples, reference));
  }

  private static double[] ratios(double[] samples, double[] reference) {
    double[] ratios = new double[samples.length];
    Arrays.setAll(ratios, i -> samples[i] / reference[i]);
    return ratios;
  }

  /** Interpolated between the two nearest samples. */
  private static double quantile(double[] samples, double share) {
    if (samples.length == 0) {
      return Double.NaN;
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
