package io.github.moe4j.routing;

import java.util.Arrays;

/**
 * Which tokens each expert has, and what it costs at least to hand one of them to another expert: its
 * score at the one minus that at the other.
 */
final class TokenTransfers {
  private static final int NONE = -1;

  private final double[] scores;
  private final int[] row;
  private final int experts;
  private final int[] expertOf;

  /** First token of each expert, and the one after and before each token: lists in no order. */
  private final int[] first;

  private final int[] after;
  private final int[] before;

  /** The least cost from expert i to j [E][E], infinite if expert i has no token. */
  private final double[][] cost;

  private final int[] risen;

  /**
   * Experts without tokens.
   *
   * @param row where the scores of each token begin. Not modified; kept.
   */
  TokenTransfers(double[] scores, int[] row, int experts) {
    this.scores = scores;
    this.row = row;
    this.experts = experts;
    this.expertOf = new int[row.length];
    this.first = new int[experts];
    this.after = new int[row.length];
    this.before = new int[row.length];
    this.cost = new double[experts][experts];
    this.risen = new int[experts];
    Arrays.fill(first, NONE);
    for (double[] costs : cost) {
      Arrays.fill(costs, Double.POSITIVE_INFINITY);
    }
  }

  /** The expert of each token; not to be modified. */
  int[] expertOf() {
    return expertOf;
  }

  /** What it costs to hand a token of this expert to each [E]; not to be modified. */
  double[] costs(int expert) {
    return cost[expert];
  }

  /** Gives an expert a token that no other has. */
  void add(int token, int expert) {
    expertOf[token] = expert;
    int next = first[expert];
    after[token] = next;
    before[token] = NONE;
    if (next != NONE) {
      before[next] = token;
    }
    first[expert] = token;
    int at = row[token];
    double[] least = cost[expert];
    double here = scores[at + expert];
    for (int e = 0; e < experts; e++) {
      least[e] = Math.min(least[e], here - scores[at + e]);
    }
  }

  /** Hands the token that costs least, of equal ones the lowest, to another expert. */
  void hand(int from, int to) {
    int token = NONE;
    for (int t = first[from]; t != NONE; t = after[t]) {
      double change = scores[row[t] + from] - scores[row[t] + to];
      if (change == cost[from][to] && (token == NONE || t < token)) {
        token = t;
      }
    }
    remove(token, from);
    add(token, to);
  }

  private void remove(int token, int expert) {
    if (before[token] == NONE) {
      first[expert] = after[token];
    } else {
      after[before[token]] = after[token];
    }
    if (after[token] != NONE) {
      before[after[token]] = before[token];
    }
    int at = row[token];
    double[] least = cost[expert];
    double here = scores[at + expert];
    int size = 0;
    for (int e = 0; e < experts; e++) {
      if (here - scores[at + e] == least[e]) {
        least[e] = Double.POSITIVE_INFINITY;
        risen[size++] = e;
      }
    }
    for (int t = first[expert]; t != NONE; t = after[t]) {
      lower(t, expert, size);
    }
  }

  /** Takes a token into account where the one that cost least has gone. */
  private void lower(int token, int from, int size) {
    int at = row[token];
    double[] least = cost[from];
    double here = scores[at + from];
    for (int i = 0; i < size; i++) {
      int e = risen[i];
      double change = here - scores[at + e];
      if (change < least[e]) {
        least[e] = change;
      }
    }
  }
}
