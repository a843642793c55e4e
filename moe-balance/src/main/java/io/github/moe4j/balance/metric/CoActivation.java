package io.github.moe4j.balance.metric;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;

/**
 * Which experts are chosen together: {@code n_ef}, the number of tokens that chose both e and f
 * [E,E]. Immutable, without gradient.
 *
 * <p>{@code n_ee} is the number of tokens that chose e; a token that lists an expert twice counts
 * once. {@link #share} is {@code n_ef/n_ee}, the expert co-activation of OLMoE (Muennighoff et al.
 * 2024, arXiv 2409.02060, section 5). Its script (allenai/OLMoE {@code
 * scripts/run_moe_analysis.py}) counts less: only pairs that are adjacent in a token's order of
 * choice. Here every pair counts, as the paper defines it.
 *
 * <p>With K different experts per token: at perfect balance, every set of K experts as often as any
 * other, each share off the diagonal is {@code (K−1)/(E−1)}; at total collapse, the same K experts
 * for all tokens, it is 1 among these and 0 elsewhere. With K = 1 it is always 0.
 */
public final class CoActivation {
  private final long[][] counts;

  private CoActivation(long[][] counts) {
    this.counts = counts;
  }

  /**
   * No tokens yet for {@code experts} experts.
   *
   * @throws IllegalArgumentException if there are no experts
   */
  public static CoActivation none(int experts) {
    Require.positive("experts", experts);
    return new CoActivation(new long[experts][experts]);
  }

  /** The choices of one decision, before dropping; padding has none. */
  public static CoActivation of(RouterDecision decision) {
    long[][] counts = new long[decision.experts()][decision.experts()];
    ChosenExperts chosen = ChosenExperts.of(decision.assignments());
    for (int t = 0; t < chosen.tokens(); t++) {
      for (int e : chosen.of(t)) {
        for (int f : chosen.of(t)) {
          counts[e][f]++;
        }
      }
    }
    return new CoActivation(counts);
  }

  /**
   * The sum of both counts.
   *
   * @throws IllegalArgumentException if the numbers of experts differ
   */
  public CoActivation plus(CoActivation other) {
    Require.that(
        experts() == other.experts(),
        "co-activations must have the same number of experts: %d != %d",
        experts(),
        other.experts());
    return new CoActivation(CountTable.sum(counts, other.counts));
  }

  /** Number of experts E. */
  public int experts() {
    return counts.length;
  }

  /**
   * Number of tokens that chose both; if e = f, of those that chose e.
   *
   * @param e expert in [0, E)
   * @param f expert in [0, E)
   */
  public long count(int e, int f) {
    CountTable.index("expert", e, experts());
    CountTable.index("expert", f, experts());
    return counts[e][f];
  }

  /**
   * Share of the tokens that chose e which chose f too, in [0,1]; 0 if none chose e. Not symmetric.
   *
   * @param e expert in [0, E)
   * @param f expert in [0, E)
   */
  public double share(int e, int f) {
    long both = count(e, f);
    return both == 0 ? 0 : (double) both / counts[e][e];
  }

  /** All shares [E,E]: row e, column f is {@link #share share(e, f)}. A new array. */
  public double[][] shares() {
    double[][] shares = new double[experts()][experts()];
    for (int e = 0; e < shares.length; e++) {
      for (int f = 0; f < shares.length; f++) {
        shares[e][f] = share(e, f);
      }
    }
    return shares;
  }
}
