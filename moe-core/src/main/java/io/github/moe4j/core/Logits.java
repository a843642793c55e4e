package io.github.moe4j.core;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Softmax;
import java.util.Arrays;

/** Raw router scores [T,E] before any normalization; finite for every real token. */
public final class Logits extends TokenScores {
  /** Scores whose softmax is worth a thread. */
  private static final int GRAIN_ELEMENTS = 8192;

  private Logits(int tokens, int experts, double[] values) {
    super(Kind.LOGITS, tokens, experts, values);
  }

  private Logits(int tokens, int experts, float[] values) {
    super(Kind.LOGITS, tokens, experts, values);
  }

  /**
   * Logits for the tokens of a mask.
   *
   * @param values row-major [T·E]. Not modified.
   * @param mask scores of padded tokens are not read and may have any value
   * @throws IllegalArgumentException if a real token has a NaN or infinite score; the message names
   *     token and expert
   */
  public static Logits of(double[] values, int experts, TokenMask mask) {
    return wrap(values.clone(), experts, mask);
  }

  /**
   * Like {@link #of}, without a copy.
   *
   * @param values row-major [T·E]. Kept, not copied: must not be modified afterwards.
   * @throws IllegalArgumentException if a real token has a NaN or infinite score
   */
  public static Logits wrap(double[] values, int experts, TokenMask mask) {
    return new Logits(mask.tokens(), experts, values).finite(mask);
  }

  /**
   * Like {@link #wrap(double[], int, TokenMask)}, in float32.
   *
   * @param values row-major [T·E]; may be longer. Kept, not copied: must not be modified afterwards.
   * @throws IllegalArgumentException if a real token has a NaN or infinite score
   */
  public static Logits wrap(float[] values, int experts, TokenMask mask) {
    return new Logits(mask.tokens(), experts, values).finite(mask);
  }

  /**
   * Logits in the memory of a pass: readable until the scope is closed; reading them later is an error.
   *
   * @param values row-major [T·E]; may be longer. Kept, not copied: must not be modified afterwards.
   */
  public static Logits borrowed(float[] values, int experts, TokenMask mask, Arena.Scope scope) {
    Logits logits = wrap(values, experts, mask);
    scope.whenClosed(logits::forget);
    return logits;
  }

  private Logits finite(TokenMask mask) {
    if (!allFinite()) { // maybe for padding alone
      requireFinite(mask);
    }
    return this;
  }

  private void requireFinite(TokenMask mask) {
    for (int t = 0; t < tokens(); t++) {
      for (int e = 0; mask.valid(t) && e < experts(); e++) {
        if (!Double.isFinite(get(t, e))) {
          throw new IllegalArgumentException("router scores must be finite but token "
              + t
              + ", expert "
              + e
              + " has "
              + get(t, e));
        }
      }
    }
  }

  /**
   * Softmax over the experts, computed when it is first read; rows of padded tokens are zero.
   *
   * @param mask padding of these logits
   */
  public Probabilities softmax(TokenMask mask) {
    return new Probabilities(tokens(), experts(), () -> softmaxOfRows(mask));
  }

  private double[] softmaxOfRows(TokenMask mask) {
    double[] p = toArray();
    int width = experts();
    Parallel.ranges(tokens(), Math.max(1, GRAIN_ELEMENTS / width), (first, last) -> {
      for (int t = first; t < last; t++) {
        if (mask.valid(t)) {
          Softmax.apply(p, t * width, (t + 1) * width);
        } else {
          Arrays.fill(p, t * width, (t + 1) * width, 0);
        }
      }
    });
    return p;
  }

  /** {@code log Σ_e exp(logit)} of token {@code t}. */
  public double logSumExp(int t) {
    double max = Double.NEGATIVE_INFINITY;
    for (int e = 0; e < experts(); e++) {
      max = Math.max(max, get(t, e));
    }
    double sum = 0;
    for (int e = 0; e < experts(); e++) {
      sum += Exp.exp(get(t, e) - max);
    }
    return max + StrictMath.log(sum);
  }
}
