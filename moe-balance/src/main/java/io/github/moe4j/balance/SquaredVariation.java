package io.github.moe4j.balance;

import java.util.Arrays;

/**
 * The squared coefficient of variation {@code variance/(mean² + 1e-10)} of some numbers, and its
 * gradient. The constant makes that of zeros 0.
 *
 * @param gradient by each number [E]; owned by the caller
 */
record SquaredVariation(double value, double[] gradient) {
  private static final double EPSILON = 1e-10;

  /**
   * That of one number for each expert.
   *
   * @param values [E]. Not modified.
   */
  static SquaredVariation of(double[] values, VarianceEstimator kind) {
    int count = values.length;
    double[] gradient = new double[count];
    if (count == 1) {
      return new SquaredVariation(0, gradient);
    }
    double mean = Arrays.stream(values).sum() / count;
    double freedom = kind == VarianceEstimator.POPULATION ? count : count - 1;
    double variance = 0;
    for (double v : values) {
      variance += (v - mean) * (v - mean) / freedom;
    }
    double divisor = mean * mean + EPSILON;
    for (int e = 0; e < count; e++) {
      // The deviations sum to 0, so the mean inside the variance adds nothing to its gradient.
      double dVariance = 2 * (values[e] - mean) / freedom;
      gradient[e] = (dVariance - variance / divisor * 2 * mean / count) / divisor;
    }
    return new SquaredVariation(variance / divisor, gradient);
  }
}
