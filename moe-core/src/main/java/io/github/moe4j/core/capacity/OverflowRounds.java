package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenScores;
import java.util.Arrays;
import java.util.BitSet;

/** The rounds of {@link Rerouted}: O(E) for each expert that is asked. */
final class OverflowRounds {
  private static final int NONE = -1;

  private final Assignments all;
  private final Probabilities p;
  private final ExpertRoom room;

  /** Expert that each assignment ends at, or NONE [N]. */
  private final int[] placed;

  /** Last expert asked other than the router's own, or NONE [N]. */
  private final int[] asked;

  /** Pairs t·E + e that are or may become an assignment. */
  private final BitSet held;

  OverflowRounds(Assignments all, Probabilities p, ExpertRoom room) {
    this.all = all;
    this.p = p;
    this.room = room;
    this.placed = new int[all.size()];
    this.asked = new int[all.size()];
    this.held = new BitSet(TokenScores.size(all.tokens(), all.experts()));
    Arrays.fill(placed, NONE);
    Arrays.fill(asked, NONE);
    for (int n = 0; n < all.size(); n++) {
      held.set(pair(all.token(n), all.expert(n)));
    }
  }

  /**
   * Runs the rounds.
   *
   * @param order priority. Not modified.
   */
  void serve(int[] order, int tries) {
    int[] waiting = new int[order.length];
    int count = 0;
    for (int n : order) {
      if (room.take(all.token(n), all.expert(n))) {
        placed[n] = all.expert(n);
      } else {
        waiting[count++] = n;
      }
    }
    for (int round = 1; round < Math.min(tries, all.experts()) && count > 0; round++) {
      int still = 0;
      for (int i = 0; i < count; i++) {
        if (askNext(waiting[i])) {
          waiting[still++] = waiting[i];
        }
      }
      count = still;
    }
  }

  /** Asks for the next expert; true if the assignment must go on waiting. */
  private boolean askNext(int n) {
    int t = all.token(n);
    int e = nextBest(t, asked[n]);
    if (e == NONE) {
      return false;
    }
    asked[n] = e;
    if (!room.take(t, e)) {
      return true;
    }
    placed[n] = e;
    held.set(pair(t, e));
    return false;
  }

  /** The best expert after {@code last} that the token does not hold, or NONE. */
  private int nextBest(int t, int last) {
    int best = NONE;
    for (int e = 0; e < p.experts(); e++) {
      double value = p.get(t, e);
      boolean open = value > 0 && (last == NONE || comesAfter(t, e, last));
      if (open && (best == NONE || value > p.get(t, best)) && !held.get(pair(t, e))) {
        best = e;
      }
    }
    return best;
  }

  private boolean comesAfter(int t, int e, int last) {
    double difference = p.get(t, last) - p.get(t, e);
    return difference > 0 || (difference == 0 && e > last);
  }

  private int pair(int token, int expert) {
    return token * all.experts() + expert;
  }

  /** The expert of each assignment, −1 for the dropped ones [N]; the caller's own. */
  int[] experts() {
    return placed;
  }
}
