package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;

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

  /** The choices with weights [N]. */
  Assignments weighed(int tokens, int experts, double[] weight) {
    return Assignments.of(tokens, experts, token, expert, weight);
  }
}
