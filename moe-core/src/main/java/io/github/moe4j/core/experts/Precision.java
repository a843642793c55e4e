package io.github.moe4j.core.experts;

/** Rows of numbers between float32 and float64. */
final class Precision {
  private Precision() {}

  /** The same numbers in float64. */
  static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Rounds all values into {@code target}. */
  static void round(double[] values, float[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = (float) values[i];
    }
  }
}
