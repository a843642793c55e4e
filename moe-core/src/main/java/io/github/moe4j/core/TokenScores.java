package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A matrix [T,E] of router scores of one kind, read as float64. Immutable. Numbers that float32 holds
 * exactly may be kept in it.
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

    void requireSize(double[] values, int tokens, int experts) {
      Require.positive("experts", experts);
      Require.that(
          values.length == size(tokens, experts),
          "%s must have T·E = %d·%d values but had %d",
          this,
          tokens,
          experts,
          values.length);
    }
  }

  private final Kind kind;
  private final int tokens;
  private final int experts;
  private float @Nullable [] singles;
  private volatile double @Nullable [] values;
  private @Nullable Supplier<double[]> later;

  /**
   * Scores over an array.
   *
   * @param values row-major [T·E]. Kept, not copied: must not be modified afterwards.
   */
  TokenScores(Kind kind, int tokens, int experts, double[] values) {
    kind.requireSize(values, tokens, experts);
    this.kind = kind;
    this.tokens = tokens;
    this.experts = experts;
    this.values = values;
  }

  /**
   * Scores over an array of float32.
   *
   * @param singles row-major [T·E], may be longer. Kept, not copied: must not be modified afterwards.
   */
  TokenScores(Kind kind, int tokens, int experts, float[] singles) {
    Require.positive("experts", experts);
    Require.that(
        singles.length >= size(tokens, experts),
        "%s must have T·E = %d·%d values but had %d",
        kind,
        tokens,
        experts,
        singles.length);
    this.kind = kind;
    this.tokens = tokens;
    this.experts = experts;
    this.singles = singles;
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

  /**
   * T·E, the number of values; an error if an array cannot hold as many.
   *
   * @throws IllegalArgumentException if T·E exceeds the length of an array
   */
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
    float[] known = singles;
    return known != null ? known[t * experts + e] : array()[t * experts + e];
  }

  /**
   * Copies the values of token {@code t}.
   *
   * @param row receives E values. Modified.
   */
  public final void copyRow(int t, double[] row) {
    copyRows(t, t + 1, row);
  }

  /**
   * Copies the values of tokens {@code [from, to)}.
   *
   * @param rows receives them, row after row; may be longer. Modified.
   */
  public final void copyRows(int from, int to, double[] rows) {
    Objects.checkFromToIndex(from, to, tokens);
    int first = from * experts;
    int length = (to - from) * experts;
    float[] known = singles;
    if (known == null) {
      System.arraycopy(array(), first, rows, 0, length);
    } else {
      for (int i = 0; i < length; i++) {
        rows[i] = known[first + i];
      }
    }
  }

  /** The values in float64, row-major [T·E]; not to be modified. Not for scores kept in float32. */
  final double[] array() {
    double[] known = values;
    return known == null ? compute() : known;
  }

  private synchronized double[] compute() {
    double[] known = values;
    if (known == null) {
      Supplier<double[]> open = later;
      if (open == null) {
        throw new IllegalStateException(kind + " of a pass for inference were read after the pass");
      }
      known = open.get();
      values = known;
      later = null;
    }
    return known;
  }

  /** Whether no value is NaN or infinite. */
  final boolean allFinite() {
    int size = size(tokens, experts);
    float[] known = singles;
    return known == null ? FiniteValues.all(array(), size) : FiniteValues.all(known, size);
  }

  /** Drops the values, whose memory is returned: reading them is an error from now on. */
  final void forget() {
    singles = null;
    values = null;
  }

  /** A copy of all values, row-major [T·E]. */
  public final double[] toArray() {
    if (singles == null) {
      return array().clone();
    }
    double[] copy = new double[size(tokens, experts)];
    copyRows(0, tokens, copy);
    return copy;
  }
}
