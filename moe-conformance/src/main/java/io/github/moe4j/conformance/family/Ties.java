package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import java.util.Arrays;

/**
 * Finds choices that are open: {@code torch.topk} does not say which of several equal values it
 * takes, while this library takes the lowest index.
 */
final class Ties {
  private Ties() {}

  /** Whether the k-th largest score of a token exactly equals the next one. */
  static boolean atBoundary(TokenScores scores, int token, int k) {
    double[] values = new double[scores.experts()];
    for (int e = 0; e < values.length; e++) {
      values[e] = scores.get(token, e);
    }
    Arrays.sort(values);
    int last = values.length - k;
    return last > 0 && values[last] == values[last - 1];
  }

  /**
   * Gives up on a case that differs because, as it may, another of several equal scores was taken.
   *
   * @param comparison of everything in the case
   * @param scores that the code chose from [T,E]
   * @throws UnsupportedCaseException if something differs and the choice of a real token is open
   */
  static void skipIfOpen(Comparison comparison, TokenScores scores, TokenMask mask, int k) {
    for (int t = 0; t < scores.tokens(); t++) {
      if (mask.valid(t) && atBoundary(scores, t, k) && comparison.failure().isPresent()) {
        throw new UnsupportedCaseException("token " + t
            + " has equal scores at the boundary of its choice, which is not recorded");
      }
    }
  }
}
