package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Sinkhorn routing: training chooses by a balanced transport plan, and weights by the scores (S-BASE, Clark et al.
 * 2022, arXiv 2202.01169; Megatron-LM {@code sinkhorn} and {@code sinkhorn_load_balancing}).
 *
 * <p>Training: with {@code C = exp(logits)} of the n real tokens and d0 = d1 = 1, repeat {@code
 * d0_t = 1/(n·(Σ_e C_te·d1_e + 1e-8))} and {@code d1_e = 1/(E·(Σ_t d0_t·C_te + 1e-8))} until the mean
 * change of d1 is at most {@code tolerance}, or {@code maxIterations} times (a deviation: the source
 * has no limit, though a very small tolerance may never be reached). The choice is the k largest
 * {@code d0_t·C_te·d1_e} of a token; a token for which all of them underflow to 0 chooses by its
 * logits. Evaluation: the k largest logits, since a token must not depend on others. The weight is
 * the sigmoid of the logit if k = 1, else the softmax over all experts, not normalized to sum 1; balance
 * losses get the same, divided by its sum over all experts.
 *
 * <p>The plan carries no gradient; the weights do. No randomness. The tokens of a batch influence
 * one another's choice in training. The plan is balanced, {@code 1/E} of its mass for each expert,
 * but the choice of the largest only approximately; at perfect balance every expert gets {@code
 * K·T/E} tokens. Ties go to the lowest expert index.
 *
 * @param k choices per token, 1 ≤ k ≤ E
 * @param tolerance on the mean change of d1, at least 0; 1e-4 in Megatron-LM
 * @param maxIterations at least 1
 */
public record Sinkhorn(int k, double tolerance, int maxIterations) implements RoutingRule {
  private static final double EPSILON = 1e-8;

  /** Scores that justify a thread. */
  private static final int GRAIN_ELEMENTS = 4096;

  /** Its exponential is far from overflow, times d1 of up to 1e8 and summed over all tokens too. */
  private static final double LARGEST = 600;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Sinkhorn {
    Require.positive("k", k);
    Require.that(
        tolerance >= 0 && Double.isFinite(tolerance),
        "tolerance must be at least 0 but was %s",
        tolerance);
    Require.positive("maxIterations", maxIterations);
  }

  /** Tolerance 1e-4 and at most 1000 iterations. */
  public static Sinkhorn of(int k) {
    return new Sinkhorn(k, 1e-4, 1000);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    TopK weights = k == 1 ? TopK.sigmoid(1) : TopK.unnormalized(k);
    if (!input.isTraining()) {
      return weights.apply(logits, input);
    }
    double[] plan = transport(logits, input.mask());
    orderVanishedRows(plan, logits, input.mask());
    return weights.weigh(logits, input, weights.choose(plan, logits.experts(), input.mask()));
  }

  /**
   * Tokens that the plan gives nothing, since all their exponentials underflow, choose by their own
   * logits.
   *
   * @param plan [T·E]. Modified.
   */
  private static void orderVanishedRows(double[] plan, Logits logits, TokenMask mask) {
    int experts = logits.experts();
    for (int t = 0; t < logits.tokens(); t++) {
      double largest = 0;
      for (int i = t * experts; i < (t + 1) * experts; i++) {
        largest = Math.max(largest, plan[i]);
      }
      for (int e = 0; largest == 0 && mask.valid(t) && e < experts; e++) {
        plan[t * experts + e] = logits.get(t, e);
      }
    }
  }

  /**
   * The transport plan {@code d0_t·C_te·d1_e}, row-major [T·E], rows of padding zero. Up to the
   * tolerance, each real token has 1/n of its mass and each expert 1/E.
   */
  public double[] transport(Logits logits, TokenMask mask) {
    int experts = logits.experts();
    double[] plan = costs(logits, mask);
    double[] d0 = new double[logits.tokens()];
    double[] d1 = new double[experts];
    Arrays.fill(d1, 1);
    double change = Double.POSITIVE_INFINITY;
    for (int i = 0; change > tolerance && i < maxIterations; i++) {
      change = iterate(plan, mask, d0, d1);
    }
    forTokens(logits, t -> {
      for (int e = 0, i = t * experts; e < experts; e++, i++) {
        // d1 first: then a row's order does not depend on its own factor d0
        plan[i] = d1[e] * plan[i] * d0[t];
      }
    });
    return plan;
  }

  /** {@code exp(logits)} [T·E], zero for padding. */
  private static double[] costs(Logits logits, TokenMask mask) {
    double[] costs = logits.toArray();
    int experts = logits.experts();
    double max = Double.NEGATIVE_INFINITY;
    for (int t = 0; t < mask.tokens(); t++) {
      for (int i = t * experts; mask.valid(t) && i < (t + 1) * experts; i++) {
        max = Math.max(max, costs[i]);
      }
    }
    // Shifted only where it must be: because of epsilon the plan is not the same after a shift.
    double shift = Math.max(0, max - LARGEST);
    forTokens(logits, t -> {
      boolean valid = mask.valid(t);
      for (int i = t * experts; i < (t + 1) * experts; i++) {
        costs[i] = valid ? Exp.exp(costs[i] - shift) : 0;
      }
    });
    return costs;
  }

  private static void forTokens(Logits logits, IntConsumer work) {
    int grain = Math.max(1, GRAIN_ELEMENTS / logits.experts());
    Parallel.ranges(logits.tokens(), grain, (from, to) -> {
      for (int t = from; t < to; t++) {
        work.accept(t);
      }
    });
  }

  /**
   * One update of d0, then of d1.
   *
   * @param costs [T·E]. Not modified.
   * @param d0 [T]. Modified: overwritten, except for padding.
   * @param d1 [E]. Modified.
   * @return mean absolute change of d1
   */
  private static double iterate(double[] costs, TokenMask mask, double[] d0, double[] d1) {
    int experts = d1.length;
    double[] sums = new double[experts];
    for (int t = 0; t < d0.length; t++) {
      if (mask.valid(t)) {
        double sum = 0;
        for (int e = 0; e < experts; e++) {
          sum += d1[e] * costs[t * experts + e];
        }
        d0[t] = 1.0 / mask.validTokens() / (sum + EPSILON);
        for (int e = 0; e < experts; e++) {
          sums[e] += d0[t] * costs[t * experts + e];
        }
      }
    }
    double change = 0;
    for (int e = 0; e < experts; e++) {
      double updated = 1.0 / experts / (sums[e] + EPSILON);
      change += Math.abs(d1[e] - updated);
      d1[e] = updated;
    }
    return change / experts;
  }
}
