package io.github.moe4j.bench.peers;

import java.util.Arrays;

/** Statistics of the samples of rounds. */
public final class Samples {
  private Samples() {}

  /** The middle one, or the mean of the two in the middle. */
  public static double median(double[] samples) {
    return quantile(samples, 0.5);
  }

  static double min(double[] samples) {
    return quantile(samples, 0);
  }

  /** Interquartile range in per cent of the median. */
  static double spread(double[] samples) {
    return 100 * (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples);
  }

  /** Median of the ratios of each round: what slows a whole round cancels. */
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
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
