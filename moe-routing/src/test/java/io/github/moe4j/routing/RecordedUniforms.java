package io.github.moe4j.routing;

import java.util.random.RandomGenerator;

/** Returns recorded uniform numbers one after another. */
final class RecordedUniforms implements RandomGenerator {
  private final double[] values;
  private int next;

  /** Uniform numbers in [0, 1). */
  RecordedUniforms(double... values) {
    this.values = values;
  }

  /** Such that the Gumbel numbers {@code −ln(−ln u)} made of them are the logs of the ratios. */
  static RecordedUniforms gumbelLogs(double... ratio) {
    double[] values = new double[ratio.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(-1 / ratio[i]);
    }
    return new RecordedUniforms(values);
  }

  /** How many were not drawn. */
  int left() {
    return values.length - next;
  }

  @Override
  public double nextDouble() {
    return values[next++];
  }

  @Override
  public long nextLong() {
    throw new AssertionError("one nextDouble a draw");
  }
}
