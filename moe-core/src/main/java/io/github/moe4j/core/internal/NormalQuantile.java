package io.github.moe4j.core.internal;

/**
 * The inverse of the normal distribution function, in portable arithmetic (Wichura 1988, Algorithm
 * AS 241, PPND16; relative accuracy about 1e-16).
 */
final class NormalQuantile {
  private static final double SPLIT = 0.425;
  private static final double FAR = 5;
  private static final int BLOCK = 512;

  private static final double[] NEAR_TOP = {
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
    3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4
  };
  private static final double[] NEAR_BOTTOM = {
    1,
    2.05319162663775882187,
    1.67638483018380384940,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9
  };
  private static final double[] FAR_TOP = {
    6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7
  };
  private static final double[] FAR_BOTTOM = {
    1,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15
  };

  private NormalQuantile() {}

  /** The z with Φ(z) = p, for p in (0, 1). */
  static double of(double p) {
    double q = p - 0.5;
    return Math.abs(q) <= SPLIT ? centre(q) : tail(p);
  }

  /**
   * Replaces each of the values {@code [from, to)}, all in (0, 1), by its quantile: the same bits as
   * {@link #of(double)}, sooner.
   */
  static void of(double[] values, int from, int to) {
    double[] z = new double[BLOCK];
    for (int start = from; start < to; start += BLOCK) {
      int n = Math.min(BLOCK, to - start);
      System.arraycopy(values, start, z, 0, n);
      for (int i = 0; i < n; i++) { // for all, since this loop becomes vector instructions
        z[i] = centre(z[i] - 0.5);
      }
      for (int i = 0; i < n; i++) {
        double p = values[start + i];
        values[start + i] = Math.abs(p - 0.5) <= SPLIT ? z[i] : tail(p);
      }
    }
  }

  private static double centre(double q) {
    double r = SPLIT * SPLIT - q * q;
    double top = 2.5090809287301226727e+3;
    top = top * r + 3.3430575583588128105e+4;
    top = top * r + 6.7265770927008700853e+4;
    top = top * r + 4.5921953931549871457e+4;
    top = top * r + 1.3731693765509461125e+4;
    top = top * r + 1.9715909503065514427e+3;
    top = top * r + 1.3314166789178437745e+2;
    top = top * r + 3.3871328727963666080;
    double bottom = 5.2264952788528545610e+3;
    bottom = bottom * r + 2.8729085735721942674e+4;
    bottom = bottom * r + 3.9307895800092710610e+4;
    bottom = bottom * r + 2.1213794301586595867e+4;
    bottom = bottom * r + 5.3941960214247511077e+3;
    bottom = bottom * r + 6.8718700749205790830e+2;
    bottom = bottom * r + 4.2313330701600911252e+1;
    bottom = bottom * r + 1;
    return q * (top / bottom);
  }

  private static double tail(double p) {
    double r = Math.sqrt(-Log.log(Math.min(p, 1 - p)));
    double z =
        r <= FAR ? ratio(NEAR_TOP, NEAR_BOTTOM, r - 1.6) : ratio(FAR_TOP, FAR_BOTTOM, r - FAR);
    return p < 0.5 ? -z : z;
  }

  private static double ratio(double[] top, double[] bottom, double r) {
    return polynomial(top, r) / polynomial(bottom, r);
  }

  private static double polynomial(double[] c, double r) {
    double sum = c[7];
    for (int i = 6; i >= 0; i--) {
      sum = sum * r + c[i];
    }
    return sum;
  }
}
