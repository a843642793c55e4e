package io.github.moe4j.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.util.Arrays;
import org.junit.jupiter.api.function.Executable;

/**
 * A decision to work by hand: four tokens, three experts, two choices.
 *
 * <pre>
 * token  p              choices
 * 0      1/2 1/4 1/4    0, 1
 * 1      1/2 1/4 1/4    0, 2
 * 2      1/4 1/2 1/4    1, 0
 * 3      3/4 1/8 1/8    0, 1
 * Σ p    2   9/8 7/8    n = 4, 3, 1
 * </pre>
 */
final class FourTokens {
  private static final double[] RATIO = {2, 1, 1, 2, 1, 1, 1, 2, 1, 6, 1, 1};
  private static final int[][] CHOICE = {{0, 1}, {0, 2}, {1, 0}, {0, 1}};

  private FourTokens() {}

  /** All four in one sequence. */
  static RouterDecision decision() {
    return decision(TokenMask.none(4), 4);
  }

  /** With padding, or in shorter sequences. */
  static RouterDecision decision(TokenMask mask, int sequenceLength) {
    return withRatios(RATIO, 3, CHOICE, mask, sequenceLength);
  }

  /** A decision whose probabilities are in given ratios [T·E]. */
  static RouterDecision withRatios(
      double[] ratio, int experts, int[][] choice, TokenMask mask, int sequenceLength) {
    double[] logits = Arrays.stream(ratio).map(Math::log).toArray();
    return Decisions.chosen(logits, experts, choice, mask, sequenceLength);
  }

  /** The gradient of the probabilities of a loss over one layer [T·E]. */
  static double[] dP(LossValue value) {
    return value.gradient().probabilities().orElseThrow();
  }

  /** A decision of three experts without scores, as hash routing makes. */
  static RouterDecision withoutScores() {
    Assignments made = Assignments.of(1, 3, new int[] {0}, new int[] {1}, new double[] {1});
    return RouterDecision.of(made, TokenMask.none(1), 1, null, null);
  }

  /** Fails unless the arguments are refused with this message. */
  static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
