package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Softmax;
import java.util.function.Supplier;

/**
 * A distribution over the experts for each token [T,E]: rows sum to 1, those of padding are zero.
 *
 * <p>It intentionally has no softmax.
 */
public final class Probabilities extends TokenScores {
  /** How far the sum of a row may be from 1. */
  private static final double TOLERANCE = 1e-6;

  Probabilities(int tokens, int experts, double[] values) {
    super(Kind.PROBABILITIES, tokens, experts, values);
  }

  Probabilities(int tokens, int experts, Supplier<double[]> later) {
    super(Kind.PROBABILITIES, tokens, experts, later);
  }

  /**
   * Probabilities that a router computed itself, such as sigmoid scores normalized to sum 1.
   *
   * @param values row-major [T·E], at least 0. Not modified.
   * @throws IllegalArgumentException if a real token's row does not sum to 1 or a padded one's is
   *     not zero
   */
  public static Probabilities of(double[] values, int experts, TokenMask mask) {
    return wrap(values.clone(), experts, mask);
  }

  /**
   * Like {@link #of}, without a copy.
   *
   * @param values row-major [T·E]. Kept, not copied: must not be modified afterwards.
   * @throws IllegalArgumentException if a real token's row does not sum to 1 or a padded one's is not zero
   */
  public static Probabilities wrap(double[] values, int experts, TokenMask mask) {
    return new Probabilities(mask.tokens(), experts, checked(values, experts, mask));
  }

  /**
   * Probabilities that are computed when they are first read.
   *
   * @param values supplies them once, as for {@link #wrap}; its exceptions propagate to the reader
   */
  public static Probabilities whenRead(int experts, TokenMask mask, Supplier<double[]> values) {
    return new Probabilities(mask.tokens(), experts, () -> checked(values.get(), experts, mask));
  }

  private static double[] checked(double[] values, int experts, TokenMask mask) {
    Kind.PROBABILITIES.requireSize(values, mask.tokens(), experts);
    for (int t = 0; t < mask.tokens(); t++) {
      double sum = 0;
      for (int e = 0; e < experts; e++) {
        double p = values[t * experts + e];
        if (!(p >= 0)) {
          Require.that(
              false, "probabilities must be at least 0 but token %d, expert %d has %s", t, e, p);
        }
        sum += p;
      }
      double expected = mask.valid(t) ? 1 : 0;
      if (!(Math.abs(sum - expected) <= TOLERANCE)) {
        Require.that(
            false, "probabilities of token %d must sum to %s but summed to %s", t, expected, sum);
      }
    }
    return values;
  }

  /**
   * Backward of {@link Logits#softmax}: {@code dlogit = p·(dp − Σ p·dp)}.
   *
   * @param dProbabilities gradient of these values, row-major [T·E]. Not modified.
   * @param dLogits gradient of the logits [T·E]. Modified: the result is added.
   */
  public void softmaxBackward(double[] dProbabilities, double[] dLogits) {
    for (int t = 0; t < tokens(); t++) {
      Softmax.backward(array(), dProbabilities, t * experts(), (t + 1) * experts(), dLogits);
    }
  }

  /** Entropy {@code −Σ p ln p} of token {@code t} in nats; 0 for padding. */
  public double entropy(int t) {
    double sum = 0;
    for (int e = 0; e < experts(); e++) {
      double p = get(t, e);
      if (p > 0) {
        sum -= p * StrictMath.log(p);
      }
    }
    return sum;
  }
}
