package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Log;

/** {@code ln(1 + e^x)} in portable arithmetic, without overflow. */
final class Softplus {
  private static final int BLOCK = 512;

  private Softplus() {}

  static double of(double x) {
    return Math.max(0, x) + Log.log1p(Exp.exp(-Math.abs(x)));
  }

  /**
   * Replaces each of the values {@code [from, to)} by its softplus: the same bits as {@link
   * #of(double)}, sooner.
   */
  static void of(double[] values, int from, int to) {
    double[] x = new double[BLOCK];
    double[] y = new double[BLOCK];
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      System.arraycopy(values, start, x, 0, n);
      for (int i = 0; i < n; i++) {
        y[i] = Exp.exp(-Math.abs(x[i]));
      }
      for (int i = 0; i < n; i++) { // apart, since only this loop becomes vector instructions
        y[i] = Math.max(0, x[i]) + Log.log1p(y[i]);
      }
      System.arraycopy(y, 0, values, start, n);
    }
  }

  /** Its derivative, the sigmoid. */
  static double slope(double x) {
    return Exp.sigmoid(x);
  }
}
