package io.github.moe4j.routing;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.StableOrder;
import java.util.Arrays;

/** Picks the tokens with the largest values for an expert; equal values go to the lowest token. */
final class TopTokens {
  private TopTokens() {}

  /** The real tokens among {@code [from, to)} in order. */
  static int[] real(TokenMask mask, int from, int to) {
    int[] tokens = new int[mask.validTokens(from, to)];
    int size = 0;
    for (int t = from; t < to; t++) {
      if (mask.valid(t)) {
        tokens[size++] = t;
      }
    }
    return tokens;
  }

  /**
   * The best of some tokens for one expert, best first.
   *
   * @param values row-major [T·E]. Not modified.
   * @param tokens in rising order. Not modified.
   * @param count at most as many as there are tokens
   */
  static int[] largest(double[] values, int experts, int expert, int[] tokens, int count) {
    double[] column = new double[tokens.length];
    Arrays.setAll(column, i -> values[tokens[i] * experts + expert]);
    int[] order = StableOrder.descending(column);
    int[] best = new int[count];
    Arrays.setAll(best, i -> tokens[order[i]]);
    return best;
  }
}
