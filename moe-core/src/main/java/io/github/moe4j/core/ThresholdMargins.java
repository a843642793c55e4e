package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;

/**
 * The margin of each expert's value above its learned threshold [T,E]: in evaluation an expert takes
 * a token if this is above 0 (Shazeer et al. 2017, arXiv 1701.06538, appendix F). Rows of padding
 * are zero.
 */
public final class ThresholdMargins extends TokenScores {
  private ThresholdMargins(int tokens, int experts, double[] values) {
    super(Kind.MARGINS, tokens, experts, values);
  }

  /**
   * Margins for the tokens of a mask.
   *
   * @param values row-major [T·E], finite, zero for padding. Not modified.
   */
  public static ThresholdMargins of(double[] values, int experts, TokenMask mask) {
    return wrap(values.clone(), experts, mask);
  }

  /**
   * Like {@link #of}, without a copy.
   *
   * @param values row-major [T·E]. Kept: must not be modified any more.
   */
  public static ThresholdMargins wrap(double[] values, int experts, TokenMask mask) {
    ThresholdMargins result = new ThresholdMargins(mask.tokens(), experts, values);
    for (int t = 0; t < mask.tokens(); t++) {
      for (int e = 0; e < experts; e++) {
        double margin = result.get(t, e);
        if (!Double.isFinite(margin) || (!mask.valid(t) && margin != 0)) {
          Require.that(
              false,
              "threshold margins must be finite, and zero for padding, but token %d, expert %d has %s",
              t,
              e,
              margin);
        }
      }
    }
    return result;
  }
}
