package io.github.moe4j.core.internal;

/**
 * Logarithms in plain IEEE arithmetic: like {@link StrictMath} they give the same bits on every
 * machine and JDK, in less than half of its time.
 *
 * <p>{@code ln(m·2^k) = k·ln 2 + 2·artanh((m−1)/(m+1))} with {@code √½ ≤ m < √2}, and the Taylor
 * series of {@code artanh}, whose remainder is below 1e-17 of the result. Within 4 units in the last
 * place of {@link StrictMath}.
 */
public final class Log {
  private static final double LN2_HIGH = 0x1.62e42fee00000p-1;
  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  private static final long MANTISSA = 0x000fffffffffffffL;

  /** The bits of √2 that {@link #MANTISSA} covers. */
  private static final long SQRT_2 = 0x3ff6a09e667f3bcdL & MANTISSA;

  private static final int BLOCK = 512;

  private Log() {}

  /**
   * {@code ln x} of a normal number above 0.
   *
   * @param x at least {@link Double#MIN_NORMAL} and finite
   */
  public static double log(double x) {
    long bits = Double.doubleToRawLongBits(x);
    return log(mantissa(bits), exponent(bits));
  }

  /**
   * The logarithm of each of the values {@code [from, to)}, all as {@link #log(double)} asks: the
   * same bits, sooner.
   *
   * @param values modified: overwritten
   */
  public static void log(double[] values, int from, int to) {
    double[] m = new double[BLOCK];
    double[] k = new double[BLOCK];
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      for (int i = 0; i < n; i++) {
        long bits = Double.doubleToRawLongBits(values[start + i]);
        m[i] = mantissa(bits);
        k[i] = exponent(bits);
      }
      for (int i = 0; i < n; i++) { // apart, since only this loop becomes vector instructions
        m[i] = log(m[i], k[i]);
      }
      System.arraycopy(m, 0, values, start, n);
    }
  }

  /** m in [√½, √2). */
  private static double mantissa(long bits) {
    return Double.longBitsToDouble((bits & MANTISSA) | (1023 - halved(bits)) << 52);
  }

  /** k for that m. */
  private static double exponent(long bits) {
    return (int) ((bits >> 52) - 1023 + halved(bits));
  }

  /** 1 if m would be √2 or more, else 0; without a branch, which would be taken at random. */
  private static long halved(long bits) {
    return (SQRT_2 - 1 - (bits & MANTISSA)) >>> 63;
  }

  private static double log(double m, double k) {
    double s = (m - 1) / (m + 1);
    return k * LN2_HIGH + (artanh2(s) + k * LN2_LOW);
  }

  /**
   * {@code ln(1 + y)}, exact for small y too.
   *
   * @param y in [−0.4, 1]
   */
  public static double log1p(double y) {
    return artanh2(y / (2 + y));
  }

  /** {@code 2·artanh(s) = 2s + 2s·(s²/3 + s⁴/5 + …)} for {@code |s| ≤ 1/3}. */
  private static double artanh2(double s) {
    double q = s * s;
    double q2 = q * q;
    double q4 = q2 * q2;
    // Pairs of terms that do not wait for one another, rather than one long chain.
    double a = (1 / 3.0 + q * (1 / 5.0)) + q2 * (1 / 7.0 + q * (1 / 9.0));
    double b = (1 / 11.0 + q * (1 / 13.0)) + q2 * (1 / 15.0 + q * (1 / 17.0));
    double c = (1 / 19.0 + q * (1 / 21.0)) + q2 * (1 / 23.0 + q * (1 / 25.0));
    double d = (1 / 27.0 + q * (1 / 29.0)) + q2 * (1 / 31.0 + q * (1 / 33.0));
    double tail = (a + q4 * b) + (q4 * q4) * (c + q4 * d);
    return 2 * s + 2 * s * (q * tail);
  }
}
