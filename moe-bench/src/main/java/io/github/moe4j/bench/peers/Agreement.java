package io.github.moe4j.bench.peers;

import java.util.Map;

/** Whether two systems computed the same results. */
final class Agreement {
  /** Largest difference of an array, in units of its largest absolute value. */
  static final double TOLERANCE = 1e-4;

  private Agreement() {}

  /**
   * Checks that every array of one agrees with that of the other.
   *
   * @param where system, shape and pass, for the message
   * @param expected of this library
   * @param actual of the peer
   */
  static void require(String where, Map<String, float[]> expected, Map<String, float[]> actual) {
    if (!actual.keySet().equals(expected.keySet())) {
      throw new DisagreementException("%s: results must be %s but were %s"
          .formatted(where, expected.keySet(), actual.keySet()));
    }
    expected.forEach((name, values) -> require(where + ": " + name, values, actual.get(name)));
  }

  private static void require(String where, float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new DisagreementException(
          "%s has %d numbers but needs %d".formatted(where, actual.length, expected.length));
    }
    double difference = difference(expected, actual);
    if (!(difference <= TOLERANCE)) {
      throw new DisagreementException(
          "%s differs from moe4j's by %.3g of its largest value, more than %.0e"
              .formatted(where, difference, TOLERANCE));
    }
  }

  /** Largest difference over the largest expected value; NaN if any number is NaN. */
  static double difference(float[] expected, float[] actual) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      // Math.max propagates NaN.
      largest = Math.max(largest, Math.abs((double) expected[i]));
      difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
    }
    return difference == 0 ? 0 : difference / largest;
  }
}
