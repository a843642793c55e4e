package io.github.moe4j.cli;

import java.util.Arrays;

/**
 * A median and its distribution-free 95 % interval between two order statistics. Fewer than 6 samples cannot reach that
 * level; their interval is from the smallest to the
 * largest.
 *
 * @param low lower end
 * @param median of the samples
 * @param high upper end
 */
public record MedianInterval(double low, double median, double high) {
  /** Of the normal distribution, for 95 %. */
  private static final double SIGMAS = 1.96;

  /** Of samples, at least one. Not modified. */
  public static MedianInterval of(double[] samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    // How many samples lie below the true median is binomial: n/2 on average, deviation √n/2.
    int below = Math.max(0, (int) Math.floor((n - SIGMAS * Math.sqrt(n)) / 2) - 1);
    return new MedianInterval(sorted[below], Samples.median(sorted), sorted[n - 1 - below]);
  }
}
