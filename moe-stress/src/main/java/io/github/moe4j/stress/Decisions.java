package io.github.moe4j.stress;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;

/** Decisions that the tests observe. */
final class Decisions {
  /** Three tokens: two choose expert 0, one expert 1. */
  static final RouterDecision SOME = some();

  private Decisions() {}

  private static RouterDecision some() {
    TokenMask mask = TokenMask.none(3);
    Assignments made =
        Assignments.of(3, 2, new int[] {0, 1, 2}, new int[] {0, 0, 1}, new double[] {1, 1, 1});
    return RouterDecision.of(
        made, mask, 3, Logits.of(new double[] {2, 1, 2, 1, 1, 2}, 2, mask), null);
  }
}
