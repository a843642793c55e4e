package io.github.moe4j.core;

import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.EnumMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A router's decision: everything that capacity rules, balance losses and statistics read.
 *
 * <p>Assignments are those before any dropping. Each kind of scores is absent for routers that have
 * none, such as hash routing.
 */
public final class RouterDecision {
  private final Assignments assignments;
  private final TokenMask mask;
  private final int sequenceLength;
  private final EnumMap<Kind, TokenScores> scores;

  private RouterDecision(
      Assignments assignments,
      TokenMask mask,
      int sequenceLength,
      EnumMap<Kind, TokenScores> scores) {
    this.assignments = assignments;
    this.mask = mask;
    this.sequenceLength = sequenceLength;
    this.scores = scores;
  }

  /**
   * A decision about the tokens of an input.
   *
   * @param logits raw scores [T,E], or null if the router has none
   * @param probabilities full distribution [T,E] over all experts, or null if it has none
   */
  public static RouterDecision of(
      TokenBatch input,
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
   * @throws IllegalArgumentException if numbers of tokens differ, a padded token has an assignment, or the sequence
   *     length does not divide T
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
    RouterDecision decision =
        new RouterDecision(assignments, mask, sequenceLength, new EnumMap<>(Kind.class));
    decision = logits == null ? decision : decision.with(logits);
    return probabilities == null ? decision : decision.with(probabilities);
  }

  /**
   * The same decision with one more kind of scores [T,E].
   *
   * @throws IllegalArgumentException if the scores are not [T,E]
   */
  public RouterDecision with(TokenScores added) {
    Require.that(
        added.tokens() == tokens() && added.experts() == experts(),
        "%s must be [%d, %d] but was [%d, %d]",
        added.kind(),
        tokens(),
        experts(),
        added.tokens(),
        added.experts());
    EnumMap<Kind, TokenScores> all = new EnumMap<>(scores);
    all.put(added.kind(), added);
    return new RouterDecision(assignments, mask, sequenceLength, all);
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

  /** One kind of scores [T,E], if the router has them. */
  public Optional<TokenScores> scores(Kind kind) {
    return Optional.ofNullable(scores.get(kind));
  }

  /** Raw scores [T,E], if the router has them. */
  public Optional<Logits> logits() {
    return scores(Kind.LOGITS).map(Logits.class::cast);
  }

  /** Full distribution [T,E], if the router has one. */
  public Optional<Probabilities> probabilities() {
    return scores(Kind.PROBABILITIES).map(Probabilities.class::cast);
  }

  /**
   * Raw scores.
   *
   * @throws IllegalArgumentException if the router has none; the message names {@code user}
   */
  public Logits requireLogits(String user) {
    return (Logits) require(Kind.LOGITS, user);
  }

  /**
   * Full distribution.
   *
   * @throws IllegalArgumentException if the router has none; the message names {@code user}
   */
  public Probabilities requireProbabilities(String user) {
    return (Probabilities) require(Kind.PROBABILITIES, user);
  }

  /** Sizes and kinds of scores, such as {@code 24 assignments of 12 tokens to 4 experts, scores [LOGITS]}. */
  @Override
  public String toString() {
    return "%d assignments of %d tokens to %d experts, scores %s"
        .formatted(assignments.size(), tokens(), experts(), scores.keySet());
  }

  private TokenScores require(Kind kind, String user) {
    return scores(kind)
        .orElseThrow(() -> new IllegalArgumentException(
            user + " needs router " + kind + " but the router has none"));
  }
}
