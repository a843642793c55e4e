package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a router decided, as data: all that capacity rules, balance losses and statistics read.
 *
 * <p>Assignments are those before any dropping. Logits and probabilities are absent for routers
 * that have none, such as hash routing.
 */
public final class RouterDecision {
  private final Assignments assignments;
  private final TokenMask mask;
  private final int sequenceLength;
  private final @Nullable Logits logits;
  private final @Nullable Probabilities probabilities;

  private RouterDecision(
      Assignments assignments,
      TokenMask mask,
      int sequenceLength,
      @Nullable Logits logits,
      @Nullable Probabilities probabilities) {
    this.assignments = assignments;
    this.mask = mask;
    this.sequenceLength = sequenceLength;
    this.logits = logits;
    this.probabilities = probabilities;
  }

  /**
   * A decision about the tokens of an input.
   *
   * @param logits raw scores [T,E], or null if the router has none
   * @param probabilities full distribution [T,E] over all experts, or null if it has none
   */
  public static RouterDecision of(
      MoeInput input,
      Assignments assignments,
      @Nullable Logits logits,
      @Nullable Probabilities probabilities) {
    return of(assignments, input.mask(), input.sequenceLength(), logits, probabilities);
  }

  /**
   * A decision from its parts.
   *
   * @param sequenceLength tokens of a sequence, a divisor of T
   * @param logits raw scores [T,E], or null if the router has none
   * @param probabilities full distribution [T,E] over all experts, or null if it has none
   */
  public static RouterDecision of(
      Assignments assignments,
      TokenMask mask,
      int sequenceLength,
      @Nullable Logits logits,
      @Nullable Probabilities probabilities) {
    int tokens = mask.tokens();
    Require.that(
        assignments.tokens() == tokens,
        "assignments and mask differ in tokens: %d != %d",
        assignments.tokens(),
        tokens);
    Require.that(!assignments.touches(mask), "a padded token must get no assignment but one did");
    Require.that(
        tokens == 0 || (sequenceLength >= 1 && tokens % sequenceLength == 0),
        "sequenceLength must divide T = %d but was %d",
        tokens,
        sequenceLength);
    checkScores("logits", logits, assignments);
    checkScores("probabilities", probabilities, assignments);
    return new RouterDecision(assignments, mask, sequenceLength, logits, probabilities);
  }

  private static void checkScores(
      String name, @Nullable TokenScores scores, Assignments assignments) {
    if (scores != null) {
      Require.that(
          scores.tokens() == assignments.tokens() && scores.experts() == assignments.experts(),
          "%s must be [%d, %d] but was [%d, %d]",
          name,
          assignments.tokens(),
          assignments.experts(),
          scores.tokens(),
          scores.experts());
    }
  }

  /** The N assignments, before any dropping. */
  public Assignments assignments() {
    return assignments;
  }

  /** Padding. */
  public TokenMask mask() {
    return mask;
  }

  /** Tokens of a sequence. */
  public int sequenceLength() {
    return sequenceLength;
  }

  /** Number of sequences; 0 if there are no tokens. */
  public int sequences() {
    return tokens() == 0 ? 0 : tokens() / sequenceLength;
  }

  /** Number of tokens T. */
  public int tokens() {
    return assignments.tokens();
  }

  /** Number of experts E. */
  public int experts() {
    return assignments.experts();
  }

  /** Raw scores [T,E], if the router has them. */
  public Optional<Logits> logits() {
    return Optional.ofNullable(logits);
  }

  /** Full distribution [T,E], if the router has one. */
  public Optional<Probabilities> probabilities() {
    return Optional.ofNullable(probabilities);
  }

  /** Raw scores; an error that names {@code user} if there are none. */
  public Logits requireLogits(String user) {
    if (logits == null) {
      throw new IllegalArgumentException(user + " needs router logits but the router has none");
    }
    return logits;
  }

  /** Full distribution; an error that names {@code user} if there is none. */
  public Probabilities requireProbabilities(String user) {
    if (probabilities == null) {
      throw new IllegalArgumentException(
          user + " needs router probabilities but the router has none");
    }
    return probabilities;
  }
}
