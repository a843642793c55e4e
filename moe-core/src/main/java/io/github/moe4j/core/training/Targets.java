package io.github.moe4j.core.training;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;

/** Checks classes of tokens. */
final class Targets {
  private Targets() {}

  static void require(int[] targets, TokenMask mask, long classes) {
    Require.that(
        targets.length == mask.tokens(),
        "targets must have T = %d classes but had %d",
        mask.tokens(),
        targets.length);
    for (int t = 0; t < targets.length; t++) {
      if (mask.valid(t) && (targets[t] < 0 || targets[t] >= classes)) {
        Require.that(
            false, "the target of token %d must be in [0, %d) but was %d", t, classes, targets[t]);
      }
    }
  }
}
