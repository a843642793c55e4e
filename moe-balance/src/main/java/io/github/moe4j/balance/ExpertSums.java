package io.github.moe4j.balance;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;

/** Sums of scores [T,E] over the real tokens, one for each expert. */
final class ExpertSums {
  private ExpertSums() {}

  /** The sums [E]. */
  static double[] of(TokenScores scores, TokenMask mask) {
    double[] sums = new double[scores.experts()];
    for (int t = 0; t < scores.tokens(); t++) {
      for (int e = 0; mask.valid(t) && e < sums.length; e++) {
        sums[e] += scores.get(t, e);
      }
    }
    return sums;
  }

  /**
   * The gradient of the scores, row-major [T·E]; zero for padding.
   *
   * @param dSums gradient of the sums [E]. Not modified.
   */
  static double[] backward(double[] dSums, TokenMask mask) {
    double[] dScores = new double[TokenScores.size(mask.tokens(), dSums.length)];
    for (int t = 0; t < mask.tokens(); t++) {
      if (mask.valid(t)) {
        System.arraycopy(dSums, 0, dScores, t * dSums.length, dSums.length);
      }
    }
    return dScores;
  }
}
