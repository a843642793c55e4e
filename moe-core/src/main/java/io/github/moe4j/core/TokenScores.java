package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;

/**
 * A matrix [T,E] of what a router thinks of each expert for each token, in float64. Immutable.
 *
 * <p>{@link Logits} and {@link Probabilities} are different types so that a loss cannot take the
 * softmax of what already is one.
 */
public abstract sealed class TokenScores permits Logits, Probabilities {
  private final int tokens;
  private final int experts;
  private final double[] values;

  TokenScores(String name, int tokens, int experts, double[] values) {
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.positive("experts", experts);
    Require.that(
        values.length == size(tokens, experts),
        "%s must have T·E = %d·%d values but had %d",
        name,
        tokens,
        experts,
        values.length);
    this.tokens = tokens;
    this.experts = experts;
    this.values = values.clone();
  }

  /** T·E, the number of values; an error if an array cannot hold as many. */
  public static int size(int tokens, int experts) {
    long size = (long) tokens * experts;
    Require.that(size < Integer.MAX_VALUE, "T·E must be below 2^31 - 1 but was %d", size);
    return (int) size;
  }

  /** Number of tokens T. */
  public final int tokens() {
    return tokens;
  }

  /** Number of experts E. */
  public final int experts() {
    return experts;
  }

  /** The value of token {@code t} for expert {@code e}. */
  public final double get(int t, int e) {
    return values[t * experts + e];
  }

  /** A copy of all values, row-major [T·E]. */
  public final double[] toArray() {
    return values.clone();
  }
}
