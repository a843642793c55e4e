package io.github.moe4j.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * A score over that of the same benchmark and parameters in the first file.
 *
 * @param value of the mean scores
 * @param error of it: the relative errors of both scores, which are independent, added as squares; NaN
 *     if one of them is not known
 * @param low least that the iterations allow: smallest over largest, or NaN
 * @param high most that they allow, or NaN
 */
record Ratio(double value, double error, double low, double high) {

  /** Null if there is nothing to divide. Both must be in the same unit. */
  static @Nullable Ratio of(Figure figure, Figure first) {
    double value = figure.score() / first.score();
    if (!Double.isFinite(value)) {
      return null;
    }
    double error = Math.abs(value)
        * Math.hypot(figure.error() / figure.score(), first.error() / first.score());
    return new Ratio(
        value,
        error,
        figure.spread().min() / first.spread().max(),
        figure.spread().max() / first.spread().min());
  }
}
