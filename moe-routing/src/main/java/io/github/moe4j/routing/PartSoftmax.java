package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Exp;
import java.util.Arrays;

/** Softmax within each of several parts that share out the scores [T·E], such as the columns. */
final class PartSoftmax {
  private final int[] part;
  private final int parts;
  private final double[] values;

  /**
   * Takes the softmax.
   *
   * @param scores row-major [T·E]. Not modified.
   * @param part of each score, in [0, parts), or below 0 where it belongs to none: the result is 0
   *     and the score is not read. Kept.
   */
  PartSoftmax(double[] scores, int[] part, int parts) {
    this.part = part;
    this.parts = parts;
    double[] max = new double[parts];
    Arrays.fill(max, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < part.length; i++) {
      if (part[i] >= 0) {
        max[part[i]] = Math.max(max[part[i]], scores[i]);
      }
    }
    values = new double[scores.length];
    double[] sum = new double[parts];
    for (int i = 0; i < part.length; i++) {
      if (part[i] >= 0) {
        values[i] = Exp.exp(scores[i] - max[part[i]]);
        sum[part[i]] += values[i];
      }
    }
    for (int i = 0; i < part.length; i++) {
      if (part[i] >= 0) {
        values[i] /= sum[part[i]];
      }
    }
  }

  /** The result [T·E]; not to be modified. */
  double[] values() {
    return values;
  }

  /**
   * Pulls a gradient of the result back.
   *
   * @param dValues [T·E]. Not modified.
   * @param dScores [T·E]. Modified: the result is added.
   */
  void backward(double[] dValues, double[] dScores) {
    double[] dot = new double[parts];
    for (int i = 0; i < part.length; i++) {
      if (part[i] >= 0) {
        dot[part[i]] += values[i] * dValues[i];
      }
    }
    for (int i = 0; i < part.length; i++) {
      if (part[i] >= 0) {
        dScores[i] += values[i] * (dValues[i] - dot[part[i]]);
      }
    }
  }
}
