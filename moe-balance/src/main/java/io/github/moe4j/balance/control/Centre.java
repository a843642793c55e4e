package io.github.moe4j.balance.control;

import java.util.Arrays;

/** Subtracts the mean of some numbers. */
final class Centre {
  private Centre() {}

  /**
   * The numbers less their mean.
   *
   * @param values at least one. Modified.
   */
  static double[] of(double[] values) {
    double mean = Arrays.stream(values).sum() / values.length;
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean;
    }
    return values;
  }
}
