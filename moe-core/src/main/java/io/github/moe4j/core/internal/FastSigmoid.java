package io.github.moe4j.core.internal;

/**
 * The logistic function of many float32 numbers at once: a loop of plain additions and products
 * without branches, which the compiler turns into vector instructions; some ten times as fast as
 * {@link Exp#sigmoid}, and as exact as float32 allows for numbers near 0.
 *
 * <p>{@code q = e^(−x/64) − 1} by a Taylor series of degree 6, then six times {@code q ← q·(2 + q)},
 * which is {@code (1 + q)² − 1} without the 1 that would swallow small digits; at last {@code
 * 1/(2 + q)}. The relative error is below 4e-7 above −1, 2e-6 above −4, 1e-5 above −20 and 1e-4 down to
 * the limit, where SiLU is all but 0. Plain IEEE arithmetic: the same bits on every machine and JDK.
 */
public final class FastSigmoid {
  /** Arguments are clamped to it; the value there is 9e-14. */
  public static final float LIMIT = 30;

  private static final float C2 = 1 / 2f;
  private static final float C3 = 1 / 6f;
  private static final float C4 = 1 / 24f;
  private static final float C5 = 1 / 120f;
  private static final float C6 = 1 / 720f;

  private FastSigmoid() {}

  /**
   * {@code 1/(1 + e^−x)} of each number, those beyond ±30 as at ±30; NaN for NaN.
   *
   * @param x numbers. Not modified, unless the target itself.
   * @param sigmoid as many. Modified: overwritten.
   */
  public static void apply(float[] x, float[] sigmoid) {
    for (int i = 0; i < sigmoid.length; i++) {
      float r = Math.max(-LIMIT, Math.min(LIMIT, x[i])) * (-1f / 64);
      float q = r * (1 + r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * C6)))));
      q *= 2 + q;
      q *= 2 + q;
      q *= 2 + q;
      q *= 2 + q;
      q *= 2 + q;
      q *= 2 + q;
      sigmoid[i] = 1 / (2 + q);
    }
  }
}
