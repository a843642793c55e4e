package io.github.moe4j.balance.metric;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;

/**
 * How much of a later routing agrees with an earlier one over the same tokens: two checkpoints of
 * one layer on one batch. Without gradient.
 *
 * <p>{@code mean over t of |S_t ∩ S'_t| / |S'_t|}, where token t chose the set of experts S_t earlier
 * and S'_t later. With K choices per token this is the router saturation of OLMoE (Muennighoff et al.
 * 2024, arXiv 2409.02060, section 5; allenai/OLMoE {@code scripts/run_moe_analysis.py}), which
 * divides by K and has the last checkpoint as the later one.
 *
 * <p>In [0,1]. 1 if no choice was added since; 0 if no token kept an expert. It does not measure
 * balance: two collapses onto the same experts give 1, and random choices of K out of E experts, which
 * are balanced, give K/E on average.
 */
public final class Saturation {
  private Saturation() {}

  /**
   * The mean over real tokens. Tokens without a later choice are excluded; 1 if none remain, since
   * nothing has changed.
   *
   * @param earlier a decision about the same T tokens, E experts and padding as {@code later}
   * @throws IllegalArgumentException if tokens, experts or padding of the decisions differ
   */
  public static double between(RouterDecision earlier, RouterDecision later) {
    requireComparable(earlier, later);
    ChosenExperts before = ChosenExperts.of(earlier.assignments());
    ChosenExperts after = ChosenExperts.of(later.assignments());
    double sum = 0;
    int tokens = 0;
    for (int t = 0; t < after.tokens(); t++) {
      int[] chosen = after.of(t);
      if (chosen.length > 0) {
        int kept = 0;
        for (int e : chosen) {
          kept += before.has(t, e) ? 1 : 0;
        }
        sum += (double) kept / chosen.length;
        tokens++;
      }
    }
    return tokens == 0 ? 1 : sum / tokens;
  }

  /**
   * For each expert [E], the share of the tokens that chose it later which had already chosen it
   * earlier; 1 for an expert that no token chose later.
   *
   * @param earlier a decision about the same T tokens, E experts and padding as {@code later}
   * @throws IllegalArgumentException if tokens, experts or padding of the decisions differ
   */
  public static double[] perExpert(RouterDecision earlier, RouterDecision later) {
    requireComparable(earlier, later);
    ChosenExperts before = ChosenExperts.of(earlier.assignments());
    ChosenExperts after = ChosenExperts.of(later.assignments());
    double[] shares = new double[later.experts()];
    long[] tokens = new long[shares.length];
    for (int t = 0; t < after.tokens(); t++) {
      for (int e : after.of(t)) {
        shares[e] += before.has(t, e) ? 1 : 0;
        tokens[e]++;
      }
    }
    for (int e = 0; e < shares.length; e++) {
      shares[e] = tokens[e] == 0 ? 1 : shares[e] / tokens[e];
    }
    return shares;
  }

  private static void requireComparable(RouterDecision earlier, RouterDecision later) {
    Require.that(
        earlier.tokens() == later.tokens(),
        "decisions must have the same number of tokens: %d != %d",
        earlier.tokens(),
        later.tokens());
    Require.that(
        earlier.experts() == later.experts(),
        "decisions must have the same number of experts: %d != %d",
        earlier.experts(),
        later.experts());
    for (int t = 0; t < later.tokens(); t++) {
      boolean real = later.mask().valid(t);
      if (earlier.mask().valid(t) != real) {
        Require.that(
            false,
            "decisions must have the same padding but token %d is real in the %s one only",
            t,
            real ? "later" : "earlier");
      }
    }
  }
}
