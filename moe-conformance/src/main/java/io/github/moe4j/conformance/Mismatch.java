package io.github.moe4j.conformance;

import java.util.Locale;

/**
 * One number that differs.
 *
 * @param where name of the array and index
 * @param expected the recorded number b
 * @param actual the library's number a
 */
record Mismatch(String where, double expected, double actual) {
  /** {@code |a−b|/(1+|b|)}; infinite if a is NaN. */
  static double error(double expected, double actual) {
    double error = Math.abs(actual - expected) / (1 + Math.abs(expected));
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }

  /** {@link #error(double, double)} of this one. */
  double error() {
    return error(expected, actual);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "worst error %.2e at %s: expected %s, was %s",
        error(),
        where,
        number(expected),
        number(actual));
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? Long.toString((long) value) : Double.toString(value);
  }
}
