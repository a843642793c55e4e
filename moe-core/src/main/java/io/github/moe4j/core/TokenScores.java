package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A matrix [T,E] of router scores of one kind, in float64. Immutable.
 *
 * <p>Each {@link Kind} is a separate type, so that a loss cannot apply softmax
 * twice.
 */
public abstract sealed class TokenScores
    permits Logits, Probabilities, SelectionProbabilities, ThresholdMargins {

  /** What the numbers mean. */
  public enum Kind {
    /** Raw scores: {@link Logits}. */
    LOGITS("logits"),
    /** A distribution over the experts: {@link Probabilities}. */
    PROBABILITIES("probabilities"),
    /** Probabilities of being chosen under the router's noise: {@link SelectionProbabilities}. */
    SELECTION("selection probabilities"),
    /** Distances from learned thresholds: {@link ThresholdMargins}. */
    MARGINS("threshold margins");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Its name in messages. */
    @Override
    public String toString() {
      return label;
    }
  }

  private final Kind kind;
  private final int tokens;
  private final int experts;
  private volatile double @Nullable [] values;
  private @Nullable Supplier<double[]> later;

  /**
   * Scores over an array.
   *
   * @param values row-major [T·E]. Kept: must not be modified any more.
   */
  TokenScores(Kind kind, int tokens, int experts, double[] values) {
    Require.that(tokens >= 0, "tokens must be at least 0 but was %d", tokens);
    Require.positive("experts", experts);
    Require.that(
        values.length == size(tokens, experts),
        "%s must have T·E = %d·%d values but had %d",
        kind,
        tokens,
        experts,
        values.length);
    this.kind = kind;
    this.tokens = tokens;
    this.experts = experts;
    this.values = values;
  }

  /**
   * Scores that are computed when they are first read.
   *
   * @param later supplies an array [T·E] that is not modified any more
   */
  TokenScores(Kind kind, int tokens, int experts, Supplier<double[]> later) {
    this.kind = kind;
    this.tokens = tokens;
    this.experts = experts;
    this.later = later;
  }

  /** T·E, the number of values; an error if an array cannot hold as many. */
  public static int size(int tokens, int experts) {
    long size = (long) tokens * experts;
    Require.that(size < Integer.MAX_VALUE, "T·E must be below 2^31 - 1 but was %d", size);
    return (int) size;
  }

  /** What the numbers mean. */
  public final Kind kind() {
    return kind;
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
    return array()[t * experts + e];
  }

  /**
   * Copies the values of token {@code t}.
   *
   * @param row receives E values. Modified.
   */
  public final void copyRow(int t, double[] row) {
    System.arraycopy(array(), t * experts, row, 0, experts);
  }

  /**
   * Copies the values of tokens {@code [from, to)}.
   *
   * @param rows receives them, row after row; may be longer. Modified.
   */
  public final void copyRows(int from, int to, double[] rows) {
    System.arraycopy(array(), from * experts, rows, 0, (to - from) * experts);
  }

  /** The values themselves, row-major [T·E]; not to be modified. */
  final double[] array() {
    double[] known = values;
    return known == null ? compute() : known;
  }

  private synchronized double[] compute() {
    double[] known = values;
    if (known == null) {
      known = Objects.requireNonNull(later).get();
      values = known;
      later = null;
    }
    return known;
  }

  /** A copy of all values, row-major [T·E]. */
  public final double[] toArray() {
    return array().clone();
  }
}
