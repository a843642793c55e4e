package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.StableOrder;

/** The orders of {@link DropOrder} in plain arrays. */
final class AssignmentOrder {
  private AssignmentOrder() {}

  /** What an order gives, checked to be a permutation: a caller may have written it. */
  static int[] of(DropOrder order, RouterDecision decision, PassMode mode) {
    int size = decision.assignments().size();
    int[] places = order.order(decision, mode);
    Require.that(
        places.length == size,
        "a drop order must have all %d assignments but had %d",
        size,
        places.length);
    boolean[] seen = new boolean[size];
    for (int n : places) {
      if (n < 0 || n >= size || seen[n]) {
        Require.that(false, "a drop order must be a permutation of [0, %d) but has %d", size, n);
      }
      seen[n] = true;
    }
    return places;
  }

  /** By token, the choices of one token in their own order. */
  static int[] tokenMajor(Assignments all) {
    int[] token = new int[all.size()];
    for (int n = 0; n < token.length; n++) {
      token[n] = all.token(n);
    }
    return StableOrder.ascending(token, all.tokens(), StableOrder.identity(token.length));
  }

  /**
   * By place among the choices of the token, and among equal places by token.
   *
   * @param tokens all tokens, highest priority first [T]. Not modified.
   */
  static int[] choiceMajor(Assignments all, int[] tokens) {
    int[] place = new int[all.tokens()];
    for (int i = 0; i < tokens.length; i++) {
      place[tokens[i]] = i;
    }
    int[] choices = new int[all.tokens()];
    int[] choice = new int[all.size()];
    int[] placeOf = new int[all.size()];
    int most = 0;
    for (int n = 0; n < choice.length; n++) {
      placeOf[n] = place[all.token(n)];
      choice[n] = choices[all.token(n)]++;
      most = Math.max(most, choices[all.token(n)]);
    }
    int[] byToken =
        StableOrder.ascending(placeOf, all.tokens(), StableOrder.identity(choice.length));
    return StableOrder.ascending(choice, most, byToken);
  }

  /** By the probability of the assignment's expert, largest first. */
  static int[] byProbability(Assignments all, Probabilities p) {
    double[] values = new double[all.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = p.get(all.token(n), all.expert(n));
    }
    return StableOrder.descending(values);
  }

  /** Tokens by their largest probability, largest first. */
  static int[] surestFirst(Probabilities p) {
    double[] largest = new double[p.tokens()];
    for (int t = 0; t < largest.length; t++) {
      for (int e = 0; e < p.experts(); e++) {
        largest[t] = Math.max(largest[t], p.get(t, e));
      }
    }
    return StableOrder.descending(largest);
  }
}
