package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Require;

/** A temperature that may change during training. */
@FunctionalInterface
public interface Temperature {
  /**
   * The temperature at an optimizer step.
   *
   * @param step at least 0
   * @return finite and above 0
   */
  double at(long step);

  /**
   * The same at every step.
   *
   * @throws IllegalArgumentException if it is not finite and above 0
   */
  static Temperature constant(double t) {
    requireUsable("temperature", t);
    return step -> t;
  }

  /**
   * Linear from {@code start} at step 0 to {@code end} at step {@code steps}, then constant.
   *
   * @throws IllegalArgumentException if a temperature is not finite and above 0, or steps are below 1
   */
  static Temperature linear(double start, double end, long steps) {
    requireUsable("start", start);
    requireUsable("end", end);
    Require.that(steps >= 1, "steps must be at least 1 but was %d", steps);
    return step -> step >= steps ? end : start + (end - start) * ((double) step / steps);
  }

  /** {@code max(0.1, 1 − step/10000)}. */
  static Temperature gumbelDefault() {
    return step -> Math.max(0.1, 1 - step / 10_000.0);
  }

  private static void requireUsable(String name, double value) {
    Require.that(
        value > 0 && Double.isFinite(value),
        "%s must be finite and above 0 but was %s",
        name,
        value);
  }
}
