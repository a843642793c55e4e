package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * One number per expert that is added to its score for selection only: the interface between a router and a
 * controller that balances the load outside the gradient (DeepSeek-V3, arXiv 2412.19437, equation 16).
 *
 * <p>It is state, not a parameter: it has no gradient and no optimizer updates it. A router
 * reads it once per pass; a controller replaces it between steps, from any thread.
 */
public final class ExpertBias {
  private volatile double[] values;

  private ExpertBias(double[] values) {
    this.values = values;
  }

  /**
   * Zero for every expert, which has no effect.
   *
   * @throws IllegalArgumentException if there are no experts
   */
  public static ExpertBias zeros(int experts) {
    Require.positive("experts", experts);
    return new ExpertBias(new double[experts]);
  }

  /**
   * Given numbers.
   *
   * @param values [E], finite. Not modified.
   * @throws IllegalArgumentException if there are no values, or one is not finite
   */
  public static ExpertBias of(double... values) {
    Require.positive("experts", values.length);
    requireFinite(values);
    return new ExpertBias(values.clone());
  }

  /** Number of experts E. */
  public int experts() {
    return values.length;
  }

  /** A copy of the current values [E]. */
  public double[] values() {
    return values.clone();
  }

  /**
   * Replaces all numbers at once.
   *
   * @param newValues [E], finite. Not modified.
   * @throws IllegalArgumentException if the length is not E, or a value is not finite; nothing is changed then
   */
  public void set(double... newValues) {
    Require.that(
        newValues.length == experts(),
        "selection bias must have length E = %d but has %d",
        experts(),
        newValues.length);
    requireFinite(newValues);
    values = newValues.clone();
  }

  /**
   * Checks the number of experts.
   *
   * @throws IllegalArgumentException if this bias has another number of experts
   */
  public void requireExperts(int experts) {
    Require.that(
        experts == experts(),
        "selection bias must have length E = %d but has %d",
        experts,
        experts());
  }

  /**
   * Adds the current values to the scores of every token.
   *
   * @param scores row-major [T·E]. Modified.
   * @return the same array
   * @throws IllegalArgumentException if the length is not a multiple of E
   */
  public double[] addTo(double[] scores) {
    double[] added = values;
    if (scores.length % added.length != 0) {
      Require.that(
          false,
          "scores must be of E = %d numbers per token but are %d",
          added.length,
          scores.length);
    }
    for (int from = 0; from < scores.length; from += added.length) {
      for (int e = 0; e < added.length; e++) {
        scores[from + e] += added[e];
      }
    }
    return scores;
  }

  private static void requireFinite(double[] values) {
    for (int e = 0; e < values.length; e++) {
      if (!Double.isFinite(values[e])) {
        Require.that(false, "selection bias must be finite but expert %d has %s", e, values[e]);
      }
    }
  }

  /** The numbers, for messages. */
  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
