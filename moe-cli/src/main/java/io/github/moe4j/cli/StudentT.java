package io.github.moe4j.cli;

/**
 * Student's t distribution with a whole number ν of degrees of freedom. P(|T| ≤ t) is a finite sum in
 * θ = atan(t/√ν): Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
public final class StudentT {
  private StudentT() {}

  /**
   * P(|T| ≤ t).
   *
   * @param t at least 0
   * @param degrees degrees of freedom ν, at least 1
   */
  public static double within(double t, int degrees) {
    if (!(t >= 0) || degrees < 1) {
      throw new IllegalArgumentException(
          "t must be at least 0 and degrees at least 1 but were %s and %d".formatted(t, degrees));
    }
    double theta = Math.atan(t / Math.sqrt(degrees));
    double sin = Math.sin(theta);
    double cos = Math.cos(theta);
    boolean odd = degrees % 2 == 1;
    double term = odd ? cos : 1;
    double sum = degrees == 1 ? 0 : term;
    for (int i = odd ? 3 : 2; i < degrees; i += 2) {
      term *= cos * cos * (i - 1) / i;
      sum += term;
    }
    return odd ? 2 / Math.PI * (theta + sin * sum) : sin * sum;
  }

  /**
   * The t with P(|T| ≤ t) = confidence: half the width of a two-sided interval, in standard errors.
   *
   * @param confidence above 0 and below 1, such as 0.95
   * @param degrees degrees of freedom ν, at least 1
   */
  public static double quantile(double confidence, int degrees) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence must be above 0 and below 1 but was " + confidence);
    }
    double low = 0;
    double high = 1;
    while (within(high, degrees) < confidence) {
      low = high;
      high *= 2;
    }
    double middle = (low + high) / 2;
    while (low < middle && middle < high) {
      if (within(middle, degrees) < confidence) {
        low = middle;
      } else {
        high = middle;
      }
      middle = (low + high) / 2;
    }
    return middle;
  }
}
