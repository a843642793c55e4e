package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.TopK;

/** Rules that several routers share. */
final class Rules {
  private Rules() {}

  /** With one choice normalized weights would always be 1 and the router could not learn. */
  static TopK topK(int k) {
    return k == 1 ? TopK.unnormalized(1) : TopK.of(k);
  }

  static void requireBiasRate(double rate) {
    Require.that(
        rate >= 0 && Double.isFinite(rate), "biasRate must be at least 0 but was %s", rate);
  }
}
