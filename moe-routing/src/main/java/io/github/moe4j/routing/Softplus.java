package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Log;

/** {@code ln(1 + e^x)} in portable arithmetic, without overflow. */
final class Softplus {
  private Softplus() {}

  static double of(double x) {
    return Math.max(0, x) + Log.log1p(Exp.exp(-Math.abs(x)));
  }

  /** Its derivative, the sigmoid. */
  static double slope(double x) {
    return 1 / (1 + Exp.exp(-x));
  }
}
