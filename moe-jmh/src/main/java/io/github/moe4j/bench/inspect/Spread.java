package io.github.moe4j.bench.inspect;

import java.util.Arrays;

/**
 * Least, mean and largest of some numbers.
 *
 * @param minAt index of the least
 * @param maxAt index of the largest
 */
record Spread(double min, int minAt, double mean, double max, int maxAt) {
  /** Of at least one number. Not modified. */
  static Spread of(double[] values) {
    int minAt = 0;
    int maxAt = 0;
    for (int i = 1; i < values.length; i++) {
      minAt = values[i] < values[minAt] ? i : minAt;
      maxAt = values[i] > values[maxAt] ? i : maxAt;
    }
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    return new Spread(values[minAt], minAt, mean, values[maxAt], maxAt);
  }
}
