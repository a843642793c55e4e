package io.github.moe4j.core.internal;

/**
 * The standard normal distribution in portable arithmetic: the same bits on every machine and JDK,
 * which a library built on {@link Math#exp} does not promise.
 *
 * <p>{@code Φ(x) = erfc(−x/√2)/2} with the rational approximations of Cody 1969 (Mathematics of
 * Computation 23, "Rational Chebyshev approximations for the error function"; his CALERF), whose
 * relative error is below 1e-16 before rounding, which adds about z²·1e-16.
 */
public final class NormalDistribution {
  private static final double SQRT_HALF = 0.7071067811865476;
  private static final double ONE_OVER_SQRT_2_PI = 0.3989422804014327;
  private static final double ONE_OVER_SQRT_PI = 0.5641895835477563;
  private static final double NEAR = 0.46875;
  private static final double FAR = 4;

  /** From here on erfc is below every normal number. */
  private static final double ZERO_FROM = 27;

  private NormalDistribution() {}

  /** {@code Φ(x)}, the probability of a number up to x; exact in the lower tail too. */
  public static double cdf(double x) {
    double z = x * SQRT_HALF;
    double size = Math.abs(z);
    if (size <= NEAR) {
      double q = z * z;
      return 0.5 + 0.5 * z * nearTop(q) / nearBottom(q);
    }
    double tail = 0.5 * erfcAbove(size);
    return z < 0 ? tail : 1 - tail;
  }

  /** {@code e^(−x²/2)/√(2π)}, the slope of Φ. */
  public static double density(double x) {
    return ONE_OVER_SQRT_2_PI * Exp.exp(-0.5 * x * x);
  }

  /** {@code erfc(z)} for z above {@link #NEAR}. */
  private static double erfcAbove(double z) {
    if (!(z < ZERO_FROM)) {
      return z >= ZERO_FROM ? 0 : Double.NaN;
    }
    // The rounding of z² makes the relative error grow with z²: 2e-15 at z = 4, which is enough.
    double exponential = Exp.exp(-z * z);
    if (z <= FAR) {
      return exponential * middleTop(z) / middleBottom(z);
    }
    double q = 1 / (z * z);
    double correction = q * farTop(q) / farBottom(q);
    return exponential * (ONE_OVER_SQRT_PI - correction) / z;
  }

  // Even and odd powers apart: two short chains of products rather than one long one.

  private static double nearTop(double x) {
    double q2 = x * x;
    return (3.20937758913846947e3 + q2 * (1.13864154151050156e2 + q2 * 1.85777706184603153e-1))
        + x * (3.77485237685302021e2 + q2 * 3.16112374387056560);
  }

  private static double nearBottom(double x) {
    double q2 = x * x;
    return (2.84423683343917062e3 + q2 * (2.44024637934444173e2 + q2))
        + x * (1.28261652607737228e3 + q2 * 2.36012909523441209e1);
  }

  private static double middleTop(double x) {
    double q2 = x * x;
    return (1.23033935479799725e3
            + q2
                * (1.71204761263407058e3
                    + q2
                        * (2.98635138197400131e2
                            + q2 * (8.88314979438837594 + q2 * 2.15311535474403846e-8))))
        + x
            * (2.05107837782607147e3
                + q2
                    * (8.81952221241769090e2
                        + q2 * (6.61191906371416295e1 + q2 * 5.64188496988670089e-1)));
  }

  private static double middleBottom(double x) {
    double q2 = x * x;
    return (1.23033935480374942e3
            + q2
                * (4.36261909014324716e3
                    + q2 * (1.62138957456669019e3 + q2 * (1.17693950891312499e2 + q2))))
        + x
            * (3.43936767414372164e3
                + q2
                    * (3.29079923573345963e3
                        + q2 * (5.37181101862009858e2 + q2 * 1.57449261107098347e1)));
  }

  private static double farTop(double x) {
    double q2 = x * x;
    return (6.58749161529837803e-4 + q2 * (1.25781726111229246e-1 + q2 * 3.05326634961232344e-1))
        + x
            * (1.60837851487422766e-2
                + q2 * (3.60344899949804439e-1 + q2 * 1.63153871373020978e-2));
  }

  private static double farBottom(double x) {
    double q2 = x * x;
    return (2.33520497626869185e-3 + q2 * (5.27905102951428412e-1 + q2 * 2.56852019228982242))
        + x * (6.05183413124413191e-2 + q2 * (1.87295284992346725 + q2));
  }
}
