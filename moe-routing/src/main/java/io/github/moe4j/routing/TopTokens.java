package io.github.moe4j.routing;

import io.github.moe4j.core.internal.Parallel;

/** Picks the tokens with the largest values for each expert; equal values go to the lowest token. */
final class TopTokens {
  /** Experts whose values are gathered together: those of a token lie in one cache line. */
  private static final int TOGETHER = 8;

  /** Values to choose from that justify a thread. */
  private static final int GRAIN = 16384;

  private TopTokens() {}

  /**
   * The best of some tokens for each expert, best first [E][count].
   *
   * @param values row-major [T·E]. Not modified.
   * @param tokens in rising order. Not modified.
   * @param count at most as many as there are tokens
   */
  static int[][] largest(double[] values, int experts, int[] tokens, int count) {
    int[][] best = new int[experts][count];
    Parallel.ranges(experts, 1 + GRAIN / (tokens.length + 1), (first, end) -> {
      double[] columns = new double[TOGETHER * tokens.length];
      FallingOrder order = new FallingOrder(tokens.length);
      for (int from = first; from < end; from += TOGETHER) {
        int to = Math.min(end, from + TOGETHER);
        gather(values, experts, tokens, from, to, columns);
        for (int e = from; e < to; e++) {
          order.start(columns, (e - from) * tokens.length, tokens.length);
          for (int i = 0; i < count; i++) {
            best[e][i] = tokens[order.next()];
          }
        }
      }
    });
    return best;
  }

  private static void gather(
      double[] values, int experts, int[] tokens, int from, int to, double[] columns) {
    for (int i = 0; i < tokens.length; i++) {
      for (int e = from; e < to; e++) {
        columns[(e - from) * tokens.length + i] = values[tokens[i] * experts + e];
      }
    }
  }
}
