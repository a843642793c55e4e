package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;

/** Checks factors by which moments decay. */
final class Decay {
  private Decay() {}

  static void require(String name, double factor) {
    Require.that(factor >= 0 && factor < 1, "%s must be in [0, 1) but was %s", name, factor);
  }
}
