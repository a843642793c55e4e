package io.github.moe4j.routing;

import java.util.Arrays;

/**
 * Gives each token to one expert, ⌊n/E⌋ or ⌈n/E⌉ tokens to each, with the largest sum of scores.
 *
 * <p>Each expert has a price. First every token takes the expert with the largest score minus price,
 * which is optimal but not balanced. Then experts with too many tokens pass some on, along the cheapest
 * chains that end at experts with too few. This is the method of successive shortest paths for
 * minimum cost flow (Ahuja, Magnanti and Orlin 1993, section 9.7), whose nodes are only the E
 * experts and one more, the spare: it holds the n mod E places beyond ⌊n/E⌋ that an expert may take
 * or give back. Prices keep the cost of every step at least 0, so that Dijkstra's algorithm finds
 * chains from all experts at once; all chains of one search are used that leave one another's steps
 * as they were. The result is optimal up to rounding.
 *
 * <p>The nearer the first prices are to the last, the fewer chains are needed. They are those of the
 * same problem for every fourth token, or zero if these are fewer than the experts.
 */
final class BalancedAssignment {
  /** One token in so many is in the smaller problem whose prices come first. */
  private static final int THINNING = 4;

  private final int experts;
  private final TokenTransfers tokens;

  /** Prices of the experts and of a place of the spare [E+1]. */
  private final double[] price;

  /** Whether an expert has a place of the spare. */
  private final boolean[] larger;

  /** Tokens of each expert beyond its places [E+1]. */
  private final int[] excess;

  private BalancedAssignment(double[] scores, int[] row, int experts) {
    this.experts = experts;
    this.tokens = new TokenTransfers(scores, row, experts);
    this.price = Arrays.copyOf(firstPrices(scores, row, experts), experts + 1);
    this.larger = new boolean[experts];
    this.excess = new int[experts + 1];
    Arrays.fill(excess, 0, experts, -(row.length / experts));
    int evenly = row.length / experts * experts;
    start(scores, row, 0, evenly);
    sharePlaces(row.length - evenly);
    start(scores, row, evenly, row.length);
    new CheapestChains(tokens, price, larger, excess).balance();
  }

  /**
   * The expert of each token.
   *
   * @param scores finite where they are read. Not modified.
   * @param row where the E scores of each token begin [n]. Not modified.
   */
  static int[] of(double[] scores, int[] row, int experts) {
    double[] summable = withRoomForSums(scores, row, experts);
    return new BalancedAssignment(summable, row, experts).tokens.expertOf();
  }

  /** The scores, or if sums of them might overflow, these times a power of two. */
  private static double[] withRoomForSums(double[] scores, int[] row, int experts) {
    for (int from : row) {
      for (int i = from; i < from + experts; i++) {
        if (Math.abs(scores[i]) >= 0x1p980) {
          return Arrays.stream(scores).map(s -> s * 0x1p-64).toArray();
        }
      }
    }
    return scores;
  }

  private static double[] firstPrices(double[] scores, int[] row, int experts) {
    int[] some = new int[row.length / THINNING];
    if (some.length < experts) {
      return new double[experts];
    }
    Arrays.setAll(some, i -> row[i * THINNING]);
    return Arrays.copyOf(new BalancedAssignment(scores, some, experts).price, experts);
  }

  private void start(double[] scores, int[] row, int from, int to) {
    for (int t = from; t < to; t++) {
      int best = best(scores, row[t]);
      tokens.add(t, best);
      excess[best]++;
    }
  }

  /** The best expert at these prices; of equal ones the first with a place, or else the first. */
  private int best(double[] scores, int from) {
    int best = 0;
    double most = scores[from] - price[0];
    for (int e = 1; e < experts; e++) {
      double profit = scores[from + e] - price[e];
      if (profit > most || (profit == most && excess[best] >= 0 && excess[e] < 0)) {
        most = profit;
        best = e;
      }
    }
    return best;
  }

  /** The experts with the highest prices get the places of the spare. */
  private void sharePlaces(int count) {
    int[] highest = new int[Math.max(1, count)];
    TopSelection.largest(price, 0, experts, highest);
    for (int i = 0; i < count; i++) {
      larger[highest[i]] = true;
      excess[highest[i]]--;
    }
    price[experts] = price[highest[highest.length - 1]];
  }
}
