package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.internal.Require;
import java.util.OptionalInt;

/**
 * How many experts a token gets.
 *
 * @param kind of the number
 * @param n the number, for {@link Kind#FIXED} and {@link Kind#UP_TO}; else 0
 */
public record ChoiceCount(Kind kind, int n) {
  /** Kinds of the number. */
  public enum Kind {
    /** Always n. */
    FIXED,
    /** At least 1, at most n. */
    UP_TO,
    /** The option k. */
    K,
    /** k on average. */
    AVERAGE_K,
    /** Every expert. */
    ALL,
    /** As many as the token needs. */
    BY_TOKEN
  }

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ChoiceCount {
    boolean counts = kind == Kind.FIXED || kind == Kind.UP_TO;
    Require.that(
        counts ? n >= 1 : n == 0, "n of %s must be %s but was %d", kind, counts ? "≥ 1" : "0", n);
  }

  /** Always n. */
  public static ChoiceCount fixed(int n) {
    return new ChoiceCount(Kind.FIXED, n);
  }

  /** At least 1, at most n. */
  public static ChoiceCount upTo(int n) {
    return new ChoiceCount(Kind.UP_TO, n);
  }

  /** The option k. */
  public static ChoiceCount k() {
    return new ChoiceCount(Kind.K, 0);
  }

  /** k on average. */
  public static ChoiceCount averageK() {
    return new ChoiceCount(Kind.AVERAGE_K, 0);
  }

  /** Every expert. */
  public static ChoiceCount all() {
    return new ChoiceCount(Kind.ALL, 0);
  }

  /** As many as the token needs. */
  public static ChoiceCount byToken() {
    return new ChoiceCount(Kind.BY_TOKEN, 0);
  }

  /** Whether it is k, for each token or on average. */
  public boolean readsK() {
    return kind == Kind.K || kind == Kind.AVERAGE_K;
  }

  /**
   * The maximum number of experts of a token, or the average if there is no maximum; k if neither
   * is known.
   *
   * @param experts E
   * @param k the option k
   */
  public int expected(int experts, int k) {
    return switch (kind) {
      case FIXED, UP_TO -> Math.min(n, experts);
      case ALL -> experts;
      case K, AVERAGE_K, BY_TOKEN -> k;
    };
  }

  /** The fixed or maximum number, independent of k; empty if it depends on k or on the token. */
  public OptionalInt own(int experts) {
    return switch (kind) {
      case FIXED, UP_TO, ALL -> OptionalInt.of(expected(experts, 1));
      case K, AVERAGE_K, BY_TOKEN -> OptionalInt.empty();
    };
  }

  /** Its text in tables. */
  @Override
  public String toString() {
    return switch (kind) {
      case FIXED -> Integer.toString(n);
      case UP_TO -> "1 to " + n;
      case K -> "k";
      case AVERAGE_K -> "k on average";
      case ALL -> "E";
      case BY_TOKEN -> "by token";
    };
  }
}
