package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.function.Supplier;

/**
 * For each token and expert [T,E] the probability that the expert is chosen if only its noise is
 * drawn again: the smooth load of Shazeer et al. 2017 (arXiv 1701.06538,
 * appendix A, equation 8). Rows of padding are zero; rows do not sum to a fixed number.
 */
public final class SelectionProbabilities extends TokenScores {
  private SelectionProbabilities(int tokens, int experts, double[] values) {
    super(Kind.SELECTION, tokens, experts, values);
  }

  private SelectionProbabilities(int tokens, int experts, Supplier<double[]> later) {
    super(Kind.SELECTION, tokens, experts, later);
  }

  /**
   * Probabilities for the tokens of a mask.
   *
   * @param values row-major [T·E], in [0,1], zero for padding. Not modified.
   * @throws IllegalArgumentException if a value is not in [0,1], or not zero for padding
   */
  public static SelectionProbabilities of(double[] values, int experts, TokenMask mask) {
    return wrap(values.clone(), experts, mask);
  }

  /**
   * Like {@link #of}, without a copy.
   *
   * @param values row-major [T·E]. Kept, not copied: must not be modified afterwards.
   * @throws IllegalArgumentException if a value is not in [0,1], or not zero for padding
   */
  public static SelectionProbabilities wrap(double[] values, int experts, TokenMask mask) {
    return new SelectionProbabilities(mask.tokens(), experts, checked(values, experts, mask));
  }

  /**
   * Probabilities that are computed when they are first read.
   *
   * @param values supplies them once, as for {@link #wrap}; its exceptions propagate to the reader
   */
  public static SelectionProbabilities whenRead(
      int experts, TokenMask mask, Supplier<double[]> values) {
    return new SelectionProbabilities(
        mask.tokens(), experts, () -> checked(values.get(), experts, mask));
  }

  private static double[] checked(double[] values, int experts, TokenMask mask) {
    Kind.SELECTION.requireSize(values, mask.tokens(), experts);
    for (int t = 0; t < mask.tokens(); t++) {
      double limit = mask.valid(t) ? 1 : 0;
      for (int e = 0; e < experts; e++) {
        double p = values[t * experts + e];
        if (!(p >= 0 && p <= limit)) {
          Require.that(
              false,
              "selection probabilities must be in [0, %s] but token %d, expert %d has %s",
              limit,
              t,
              e,
              p);
        }
      }
    }
    return values;
  }
}
