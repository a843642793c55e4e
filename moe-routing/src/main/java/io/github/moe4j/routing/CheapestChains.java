package io.github.moe4j.routing;

import java.util.Arrays;

/**
 * The cheapest chains by which experts with too many tokens hand some on to experts with too few:
 * one step of {@link BalancedAssignment}.
 *
 * <p>Nodes are the E experts and the spare, node E, which has the places that only some experts get.
 */
final class CheapestChains {
  private static final int NONE = -1;

  private final int spare;
  private final TokenTransfers tokens;

  /** Prices of the nodes [E+1]. */
  private final double[] price;

  /** Whether an expert has a place of the spare [E]. */
  private final boolean[] larger;

  /** Tokens of each node beyond its places [E+1]. */
  private final int[] excess;

  /** The nodes that chains reach, in the order of their distance from one with too many tokens. */
  private final int[] settled;

  private int settledCount;
  private final double[] distance;
  private final int[] before;

  /** Distance of each node by way of the one settled last. */
  private final double[] reached;

  /** Cost of the step to each node from the one before it. */
  private final double[] step;

  /** All arrays are modified. */
  CheapestChains(TokenTransfers tokens, double[] price, boolean[] larger, int[] excess) {
    this.spare = larger.length;
    this.tokens = tokens;
    this.price = price;
    this.larger = larger;
    this.excess = excess;
    this.settled = new int[spare + 1];
    this.distance = new double[spare + 1];
    this.before = new int[spare + 1];
    this.reached = new double[spare + 1];
    this.step = new double[spare + 1];
  }

  /** Hands on tokens until no expert has too many. */
  void balance() {
    while (Arrays.stream(excess).anyMatch(tooMany -> tooMany > 0)) {
      search();
      raisePrices();
      hand();
    }
  }

  /** Finds the cheapest chains from experts with too many tokens to all those with too few. */
  private void search() {
    int[] open = new int[spare + 1];
    int size = open.length;
    int nearest = 0;
    int ends = 0;
    for (int e = 0; e < size; e++) {
      open[e] = e;
      before[e] = NONE;
      distance[e] = excess[e] > 0 ? 0 : Double.POSITIVE_INFINITY;
      nearest = distance[e] < distance[nearest] ? e : nearest;
      ends += excess[e] < 0 ? 1 : 0;
    }
    settledCount = 0;
    while (ends > 0) {
      int e = open[nearest];
      settled[settledCount++] = e;
      ends -= excess[e] < 0 ? 1 : 0;
      open[nearest] = open[--size];
      reach(e);
      nearest = relax(e, open, size);
    }
  }

  /** How far the other nodes are by one more step from a settled one. */
  private void reach(int from) {
    double start = distance[from] - price[from];
    if (from == spare) {
      for (int e = 0; e < spare; e++) {
        reached[e] = start + cost(spare, e) + price[e];
      }
      return;
    }
    double[] costs = tokens.costs(from);
    for (int e = 0; e < spare; e++) {
      reached[e] = start + costs[e] + price[e];
    }
    reached[spare] = start + cost(from, spare) + price[spare];
  }

  /** Shortens the distances of open nodes; returns which of them is nearest then. */
  private int relax(int from, int[] open, int size) {
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      int e = open[i];
      if (reached[e] < distance[e]) {
        distance[e] = Math.max(reached[e], distance[from]); // less only by rounding
        before[e] = from;
      }
      if (distance[e] < least) {
        least = distance[e];
        nearest = i;
      }
    }
    return nearest;
  }

  /** Of a step: places of the spare cost nothing, but are not always there to take or give back. */
  private double cost(int from, int to) {
    if (from != spare && to != spare) {
      return tokens.costs(from)[to];
    }
    boolean possible = from == spare ? larger[to] : !larger[from];
    return possible ? 0 : Double.POSITIVE_INFINITY;
  }

  /** Makes the steps of all chains found free; none then costs less than 0. */
  private void raisePrices() {
    double farthest = distance[settled[settledCount - 1]];
    for (int i = 0; i < settledCount; i++) {
      int e = settled[i];
      price[e] += farthest - distance[e];
      step[e] = before[e] == NONE ? 0 : cost(before[e], e);
    }
  }

  /** Hands tokens along the chains found, unless another took a token or place that they need. */
  private void hand() {
    for (int i = 0; i < settledCount; i++) {
      if (excess[settled[i]] < 0 && isAsFound(settled[i])) {
        handTo(settled[i]);
      }
    }
  }

  private boolean isAsFound(int end) {
    int e = end;
    while (before[e] != NONE) {
      if (cost(before[e], e) != step[e]) {
        return false;
      }
      e = before[e];
    }
    return excess[e] > 0;
  }

  private void handTo(int end) {
    int e = end;
    for (; before[e] != NONE; e = before[e]) {
      if (e == spare) {
        larger[before[e]] = true;
      } else if (before[e] == spare) {
        larger[e] = false;
      } else {
        tokens.hand(before[e], e);
      }
    }
    excess[e]--;
    excess[end]++;
  }
}
