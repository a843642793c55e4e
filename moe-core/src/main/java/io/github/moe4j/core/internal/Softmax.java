package io.github.moe4j.core.internal;

/** The softmax of a row of numbers, and its backward; sums run in the order of the row. */
public final class Softmax {
  private Softmax() {}

  /**
   * Replaces {@code [from, to)} by its softmax.
   *
   * @param values finite there, and at least one. Modified.
   */
  public static void apply(double[] values, int from, int to) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, values[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      values[i] = Exp.exp(values[i] - max);
      sum += values[i];
    }
    for (int i = from; i < to; i++) {
      values[i] /= sum;
    }
  }

  /**
   * Runs the backward pass: {@code dscore = p·(dp − Σ p·dp)} over {@code [from, to)}.
   *
   * @param p the softmax. Not modified.
   * @param dP gradient of it. Not modified.
   * @param dScores gradient of what it was taken of. Modified: the result is added.
   */
  public static void backward(double[] p, double[] dP, int from, int to, double[] dScores) {
    double dot = 0;
    for (int i = from; i < to; i++) {
      dot += p[i] * dP[i];
    }
    for (int i = from; i < to; i++) {
      dScores[i] += p[i] * (dP[i] - dot);
    }
  }
}
