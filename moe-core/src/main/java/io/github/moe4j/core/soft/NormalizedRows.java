package io.github.moe4j.core.soft;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Normalized rows multiplied by a factor per column, with its backward. */
final class NormalizedRows {
  private final SlotNormalization kind;
  private final INDArray x;
  private final TokenMask mask;
  private final double[] factors;
  private final INDArray y;

  /**
   * Normalizes rows.
   *
   * @param x [n,D]. Not modified; kept.
   * @param mask a padding row becomes zero, whatever its values
   * @param factors [D]. Not modified; kept.
   */
  NormalizedRows(
      SlotNormalization kind, INDArray x, TokenMask mask, double[] factors, Arena.Scope scope) {
    this.kind = kind;
    this.x = x;
    this.mask = mask;
    this.factors = factors;
    this.y = scope.take(x.dataType(), x.shape());
    RowMap.apply(List.of(x), List.of(y), (r, in, out) -> {
      if (mask.valid(r)) {
        normalize(in[0], kind.measure(in[0]));
        for (int d = 0; d < factors.length; d++) {
          out[0][d] = in[0][d] * factors[d];
        }
      } else {
        Arrays.fill(out[0], 0);
      }
    });
  }

  /** The rows as they are, but zero where they are padding; the array itself if none is. */
  static INDArray masked(INDArray x, TokenMask mask, Arena.Scope scope) {
    if (mask.allValid()) {
      return x;
    }
    double[] ones = new double[Math.toIntExact(x.size(1))];
    Arrays.fill(ones, 1);
    return new NormalizedRows(SlotNormalization.NONE, x, mask, ones, scope).y;
  }

  private static void normalize(double[] row, SlotNormalization.Measure measure) {
    for (int d = 0; d < row.length; d++) {
      row[d] = (row[d] - measure.mean()) * measure.inverse();
    }
  }

  /** The normalized rows [n,D], valid until the scope is closed. */
  INDArray y() {
    return y;
  }

  /**
   * Runs the backward pass.
   *
   * @param dy [n,D]. Not modified.
   * @param dx [n,D]. Modified: the result is added.
   * @return gradient of the factors [D]
   */
  double[] backward(INDArray dy, INDArray dx) {
    double[] dFactors = new double[factors.length];
    if (dy.isEmpty()) {
      return dFactors;
    }
    Rows upstream = Rows.of(dy);
    Rows inputs = Rows.of(x);
    Rows target = Rows.of(dx);
    double[] g = new double[factors.length];
    double[] row = new double[factors.length];
    double[] sum = new double[factors.length];
    for (int r = 0; r < mask.tokens(); r++) {
      if (mask.valid(r)) {
        upstream.read(r, g);
        inputs.read(r, row);
        target.read(r, sum);
        addRow(g, row, sum, dFactors);
        target.write(r, sum);
      }
    }
    return dFactors;
  }

  /** Adds one row's gradient to {@code sum} and {@code dFactors}; the others are scratch. */
  private void addRow(double[] g, double[] row, double[] sum, double[] dFactors) {
    SlotNormalization.Measure measure = kind.measure(row);
    normalize(row, measure);
    double mean = 0;
    double dot = 0;
    for (int d = 0; d < g.length; d++) {
      dFactors[d] += g[d] * row[d];
      g[d] *= factors[d];
      mean += g[d];
      dot += g[d] * row[d];
    }
    mean = measure.centred() ? mean / g.length : 0;
    for (int d = 0; d < g.length; d++) {
      sum[d] += measure.inverse() * (g[d] - mean - row[d] * measure.pull() * dot);
    }
  }
}
