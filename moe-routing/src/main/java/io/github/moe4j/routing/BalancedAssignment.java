package io.github.moe4j.routing;

import java.util.Arrays;

/**
 * Gives each token to one expert, ⌊n/E⌋ or ⌈n/E⌉ tokens to each, with the largest sum of scores.
 *
 * <p>Tokens come one after another. Each takes the cheapest chain that ends at an expert with a free
 * place: the token goes to an expert, which hands one of its tokens to another, and so on. This is
 * the method of successive shortest paths for minimum cost flow (Ahuja, Magnanti and Orlin 1993,
 * section 9.7), whose nodes are only the E experts: what handing a token from expert i to j costs is
 * known from the best token for it, which is remembered. Prices keep all costs at least 0, so that
 * Dijkstra's algorithm finds the chain. The result is optimal up to rounding.
 *
 * <p>First ⌊n/E⌋ places of each expert are filled, then one more of some: that all have at least
 * ⌊n/E⌋ stays true. Time about {@code n·E²} at worst, less as long as good experts are free.
 */
final class BalancedAssignment {
  private static final int NONE = -1;

  private final double[] scores;
  private final int experts;
  private final int[] expertOf;

  /** Tokens of each expert, in no order. */
  private final int[][] members;

  private final int[] counts;

  /** Which token of expert i costs least to hand to expert j [E][E]. */
  private final int[][] cheapest;

  /** What that costs: its score at i minus that at j. */
  private final double[][] cost;

  private final double[] price;

  /** What a free place is worth; no expert with a free place has a higher price. */
  private double placePrice;

  private int places;

  // Of one search for a chain.
  private final double[] distance;
  private final int[] before;
  private final boolean[] done;

  private BalancedAssignment(double[] scores, int tokens, int experts) {
    this.scores = scores;
    this.experts = experts;
    this.expertOf = new int[tokens];
    this.members = new int[experts][tokens / experts + 1];
    this.counts = new int[experts];
    this.cheapest = new int[experts][experts];
    this.cost = new double[experts][experts];
    for (int e = 0; e < experts; e++) {
      Arrays.fill(cheapest[e], NONE);
      Arrays.fill(cost[e], Double.POSITIVE_INFINITY);
    }
    this.price = new double[experts];
    this.distance = new double[experts];
    this.before = new int[experts];
    this.done = new boolean[experts];
  }

  /**
   * The expert of each token.
   *
   * @param scores row-major [tokens·experts], finite. Not modified.
   */
  static int[] of(double[] scores, int tokens, int experts) {
    BalancedAssignment assignment =
        new BalancedAssignment(withRoomForSums(scores), tokens, experts);
    int evenly = tokens / experts * experts;
    assignment.places = tokens / experts;
    for (int t = 0; t < evenly; t++) {
      assignment.insert(t);
    }
    assignment.places++;
    assignment.placePrice = Arrays.stream(assignment.price).max().orElse(0);
    for (int t = evenly; t < tokens; t++) {
      assignment.insert(t);
    }
    return assignment.expertOf;
  }

  /** The scores, or if sums of them might overflow, these times a power of two. */
  private static double[] withRoomForSums(double[] scores) {
    double largest = Arrays.stream(scores).map(Math::abs).max().orElse(0);
    return largest < 0x1p980
        ? scores
        : Arrays.stream(scores).map(s -> s * 0x1p-64).toArray();
  }

  private double score(int token, int expert) {
    return scores[token * experts + expert];
  }

  private void insert(int token) {
    int end = search(token);
    int e = end;
    while (before[e] != NONE) {
      int giver = before[e];
      int handed = cheapest[giver][e];
      remove(handed, giver);
      add(handed, e);
      e = giver;
    }
    add(token, e);
  }

  /**
   * Finds the cheapest chain for a new token and raises the prices of the experts on the way.
   *
   * @return the expert at the end, whose place is free
   */
  private int search(int token) {
    double profit = Double.NEGATIVE_INFINITY;
    for (int e = 0; e < experts; e++) {
      profit = Math.max(profit, score(token, e) - price[e]);
    }
    for (int e = 0; e < experts; e++) {
      distance[e] = profit - (score(token, e) - price[e]);
    }
    Arrays.fill(before, NONE);
    Arrays.fill(done, false);
    int end = NONE;
    double shortest = Double.POSITIVE_INFINITY;
    for (int e = nearest(); e != NONE && distance[e] < shortest; e = nearest()) {
      done[e] = true;
      double toPlace = distance[e] + placePrice - price[e];
      if (counts[e] < places && toPlace < shortest) {
        shortest = toPlace;
        end = e;
      }
      relax(e);
    }
    for (int e = 0; e < experts; e++) {
      price[e] += done[e] ? Math.max(0, shortest - distance[e]) : 0;
    }
    return end;
  }

  private int nearest() {
    int nearest = NONE;
    for (int e = 0; e < experts; e++) {
      if (!done[e] && (nearest == NONE || distance[e] < distance[nearest])) {
        nearest = e;
      }
    }
    return nearest;
  }

  private void relax(int from) {
    for (int e = 0; e < experts; e++) {
      if (!done[e] && cheapest[from][e] != NONE) {
        // at least 0 but for rounding
        double step = Math.max(0, cost[from][e] - price[from] + price[e]);
        if (distance[from] + step < distance[e]) {
          distance[e] = distance[from] + step;
          before[e] = from;
        }
      }
    }
  }

  private void add(int token, int expert) {
    members[expert][counts[expert]++] = token;
    expertOf[token] = expert;
    for (int e = 0; e < experts; e++) {
      offer(token, expert, e);
    }
  }

  private void remove(int token, int expert) {
    int[] mine = members[expert];
    int place = 0;
    while (mine[place] != token) {
      place++;
    }
    mine[place] = mine[--counts[expert]];
    for (int e = 0; e < experts; e++) {
      if (cheapest[expert][e] == token) {
        cheapest[expert][e] = NONE;
        cost[expert][e] = Double.POSITIVE_INFINITY;
        for (int i = 0; i < counts[expert]; i++) {
          offer(mine[i], expert, e);
        }
      }
    }
  }

  /** Remembers a token of expert {@code from} if it is the cheapest to hand to {@code to}. */
  private void offer(int token, int from, int to) {
    double change = score(token, from) - score(token, to);
    if (change < cost[from][to] || (change == cost[from][to] && token < cheapest[from][to])) {
      cost[from][to] = change;
      cheapest[from][to] = token;
    }
  }
}
