package io.github.moe4j.core.internal;

/**
 * The exponential function in plain IEEE arithmetic: like {@link StrictMath#exp} it gives the same
 * bits on every machine and JDK (not quite the same as that one's), in about two thirds of its time.
 *
 * <p>{@code exp(x) = 2^k·exp(r)} with {@code k = round(x/ln 2)}, {@code |r| ≤ ln 2/2}, and the Taylor
 * series of {@code exp(r)} up to {@code r^13/13!}, whose remainder is below 1e-17. It lies
 * within 2 units in the last place of {@link StrictMath#exp}.
 */
public final class Exp {
  private static final double LOG2_E = 1.4426950408889634;

  /** ln 2 in two parts; the product of k and the first is exact for every k that occurs. */
  private static final double LN2_HIGH = 0x1.62e42fee00000p-1;

  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  /** Below it the result would be subnormal; it is rounded to 0. */
  private static final double MIN = -708;

  private static final double MAX = 709;

  private Exp() {}

  /** {@code 1/(1 + e^−x)}. */
  public static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
  }

  /**
   * {@code e^x}: 0 for x below −708, infinite above 709, NaN for NaN.
   *
   * @param x any number
   */
  public static double exp(double x) {
    if (!(x >= MIN && x <= MAX)) {
      return x < MIN ? 0 : x > MAX ? Double.POSITIVE_INFINITY : Double.NaN;
    }
    double k = Math.rint(x * LOG2_E);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double r2 = r * r;
    double r4 = r2 * r2;
    // Pairs of terms that do not wait for one another, rather than one long chain.
    double low = (1 + r) + r2 * (1 / 2.0 + r * (1 / 6.0));
    double middle = (1 / 24.0 + r * (1 / 120.0)) + r2 * (1 / 720.0 + r * (1 / 5040.0));
    double high = (1 / 40320.0 + r * (1 / 362880.0)) + r2 * (1 / 3628800.0 + r * (1 / 39916800.0));
    double top = 1 / 479001600.0 + r * (1 / 6227020800.0);
    double series = low + r4 * (middle + r4 * (high + r4 * top));
    return series * Double.longBitsToDouble(((long) k + 1023L) << 52);
  }
}
