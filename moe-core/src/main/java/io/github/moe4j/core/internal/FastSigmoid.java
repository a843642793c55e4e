package io.github.moe4j.core.internal;

/**
 * The logistic function of many numbers at once, for float32 arrays: a loop of plain additions and
 * products without branches, which the compiler turns into vector instructions; several times as
 * fast as {@link Exp#sigmoid} and within a relative 1e-10 of it, far below the rounding of float32.
 *
 * <p>{@code e^−x = (e^(−x/1024))^1024}: a Taylor series of degree 6, whose remainder is below 1e-13
 * for the clamped arguments, squared ten times. Plain IEEE arithmetic: the same bits on every
 * machine and JDK.
 */
public final class FastSigmoid {
  /** Arguments are clamped to it: e^−40 is far below what float32 adds to 1. */
  public static final double LIMIT = 40;

  private FastSigmoid() {}

  /**
   * {@code 1/(1 + e^−x)} of each number, those beyond ±40 as at ±40; NaN for NaN.
   *
   * @param x numbers. Not modified.
   * @param sigmoid as many. Modified: overwritten.
   */
  public static void apply(double[] x, double[] sigmoid) {
    for (int i = 0; i < sigmoid.length; i++) {
      double r = Math.max(-LIMIT, Math.min(LIMIT, x[i])) * (-1.0 / 1024);
      double high = 1 / 24.0 + r * (1 / 120.0 + r * (1 / 720.0));
      double p = 1 + r * (1 + r * (1 / 2.0 + r * (1 / 6.0 + r * high)));
      double p4 = p * p * (p * p);
      double p16 = p4 * p4 * (p4 * p4);
      double p64 = p16 * p16 * (p16 * p16);
      double p256 = p64 * p64 * (p64 * p64);
      double p1024 = p256 * p256 * (p256 * p256);
      sigmoid[i] = 1 / (1 + p1024);
    }
  }
}
