package io.github.moe4j.core;

/**
 * Looks for values that are NaN or infinite. Zero times such a value is NaN, and a sum of zeros is a number;
 * four sums do not wait for one another.
 */
final class FiniteValues {
  private FiniteValues() {}

  /** Whether the first {@code size} values are all finite. */
  static boolean all(double[] values, int size) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < size - 3; i += 4) {
      a += 0 * values[i];
      b += 0 * values[i + 1];
      c += 0 * values[i + 2];
      d += 0 * values[i + 3];
    }
    for (; i < size; i++) {
      a += 0 * values[i];
    }
    return a + b + c + d == 0;
  }

  /** Whether the first {@code size} values are all finite. */
  static boolean all(float[] values, int size) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i < size - 3; i += 4) {
      a += 0 * values[i];
      b += 0 * values[i + 1];
      c += 0 * values[i + 2];
      d += 0 * values[i + 3];
    }
    for (; i < size; i++) {
      a += 0 * values[i];
    }
    return a + b + c + d == 0;
  }
}
