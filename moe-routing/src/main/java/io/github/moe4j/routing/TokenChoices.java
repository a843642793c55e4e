package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import java.util.Arrays;

/**
 * The choices of tokens that do not all choose the same number of experts, one after another.
 *
 * @param token token of each choice [N], ascending
 * @param expert expert of each choice [N], in order of choice within a token
 */
record TokenChoices(int[] token, int[] expert) {
  /**
   * Joins the choices of all tokens.
   *
   * @param ofToken experts of each token, in order of choice. Not modified.
   */
  static TokenChoices of(int[][] ofToken) {
    int size = 0;
    for (int[] experts : ofToken) {
      size = Math.addExact(size, experts.length);
    }
    int[] token = new int[size];
    int[] expert = new int[size];
    int n = 0;
    for (int t = 0; t < ofToken.length; t++) {
      for (int e : ofToken[t]) {
        token[n] = t;
        expert[n++] = e;
      }
    }
    return new TokenChoices(token, expert);
  }

  /**
   * Choices that experts made, token after token, those of a token by descending score, equal ones by
   * expert.
   *
   * @param chosen row-major [T·E]. Not modified.
   * @param scores row-major [T·E]. Not modified.
   */
  static TokenChoices bestFirst(boolean[] chosen, double[] scores, int experts) {
    int[][] ofToken = new int[chosen.length / experts][];
    int[] best = new int[experts];
    for (int t = 0; t < ofToken.length; t++) {
      int row = t * experts;
      int size = 0;
      for (int e = 0; e < experts; e++) {
        if (chosen[row + e]) {
          int place = size++;
          while (place > 0 && scores[row + e] > scores[row + best[place - 1]]) {
            best[place] = best[place - 1];
            place--;
          }
          best[place] = e;
        }
      }
      ofToken[t] = Arrays.copyOf(best, size);
    }
    return of(ofToken);
  }

  /** The token of each choice if every real token makes k of them [K·valid tokens]. */
  static int[] tokensOf(TokenMask mask, int k) {
    int[] token = new int[Math.multiplyExact(k, mask.validTokens())];
    fillTokens(mask, k, token);
    return token;
  }

  /** The same into an array, which may be longer. */
  static void fillTokens(TokenMask mask, int k, int[] token) {
    int size = 0;
    for (int t = 0; t < mask.tokens(); t++) {
      if (mask.valid(t)) {
        Arrays.fill(token, size, size + k, t);
        size += k;
      }
    }
  }

  /** Number of choices N. */
  int size() {
    return token.length;
  }

  /** Where choice n lies in a row-major [T·E] matrix. */
  int place(int n, int experts) {
    return token[n] * experts + expert[n];
  }

  /** Where the choices end that belong to the same token as choice {@code from}. */
  int endOfToken(int from) {
    int to = from;
    while (to < token.length && token[to] == token[from]) {
      to++;
    }
    return to;
  }

  /** The values [N] that lie at the choices in a row-major [T·E] matrix. */
  double[] gather(double[] matrix, int experts) {
    double[] values = new double[size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = matrix[place(n, experts)];
    }
    return values;
  }

  /** A row-major [T·E] matrix with the values [N] at the choices and 0 elsewhere. */
  double[] scatter(double[] values, int tokens, int experts) {
    double[] matrix = new double[TokenScores.size(tokens, experts)];
    for (int n = 0; n < values.length; n++) {
      matrix[place(n, experts)] = values[n];
    }
    return matrix;
  }

  /** The choices with weights [N]. */
  Assignments weighed(int tokens, int experts, double[] weight) {
    return Assignments.of(tokens, experts, token, expert, weight);
  }
}
