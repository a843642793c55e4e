package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.function.Supplier;

/**
 * The margin of each expert's value above its learned threshold [T,E]: in evaluation an expert takes
 * a token if this is above 0 (Shazeer et al. 2017, arXiv 1701.06538, appendix F). Rows of padding
 * are zero.
 */
public final class ThresholdMargins extends TokenScores {
  private ThresholdMargins(int tokens, int experts, double[] values) {
    super(Kind.MARGINS, tokens, experts, values);
  }

  private ThresholdMargins(int tokens, int experts, Supplier<double[]> later) {
    super(Kind.MARGINS, tokens, experts, later);
  }

  /**
   * Margins for the tokens of a mask.
   *
   * @param values row-major [T·E], finite, zero for padding. Not modified.
   * @throws IllegalArgumentException if a value is not finite, or not zero for padding
   */
  public static ThresholdMargins of(double[] values, int experts, TokenMask mask) {
    return wrap(values.clone(), experts, mask);
  }

  /**
   * Like {@link #of}, without a copy.
   *
   * @param values row-major [T·E]. Kept, not copied: must not be modified afterwards.
   * @throws IllegalArgumentException if a value is not finite, or not zero for padding
   */
  public static ThresholdMargins wrap(double[] values, int experts, TokenMask mask) {
    return new ThresholdMargins(mask.tokens(), experts, checked(values, experts, mask));
  }

  /**
   * Margins that are computed when they are first read.
   *
   * @param values supplies them once, as for {@link #wrap}; its exceptions propagate to the reader
   */
  public static ThresholdMargins whenRead(int experts, TokenMask mask, Supplier<double[]> values) {
    return new ThresholdMargins(mask.tokens(), experts, () -> checked(values.get(), experts, mask));
  }

  private static double[] checked(double[] values, int experts, TokenMask mask) {
    Kind.MARGINS.requireSize(values, mask.tokens(), experts);
    for (int t = 0; t < mask.tokens(); t++) {
      for (int e = 0; e < experts; e++) {
        double margin = values[t * experts + e];
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
    return values;
  }
}
