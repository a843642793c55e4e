package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;

/**
 * GShard routing: the best expert always, further ones only if a policy keeps them (Lepikhin et al.
 * 2020, arXiv 2006.16668, algorithm 1; mesh-tensorflow {@code _top_2_gating}, fairseq {@code
 * top2gating}, Hugging Face {@code NllbMoeTop2Router}, DeepSpeed {@code top2gating}, st-moe-pytorch
 * {@code TopNGating}).
 *
 * <p>{@code p = softmax(logits)}. Candidates are the k largest logits, or with {@link
 * Second#SAMPLING} the largest and a sampled one. The first is kept; candidate j > 1 is kept or not
 * by the policy, which reads {@code g_j = p_j} or, if {@code ofNormalized}, {@code g_j = p_j/Σ p} over the
 * candidates. The weights are p of the kept, see {@link Weights}; the sum is always over all k
 * candidates, kept or not. To divide by the weights that remain after dropping, use a
 * renormalizing capacity rule.
 *
 * <p>Draws, only in training: {@link Second#RANDOM} one uniform number for each further choice and
 * token, choice after choice ([K−1,T]); {@link Second#SAMPLING} one Gumbel number for each token and
 * expert, token after token ([T,E]); padding included. Evaluation draws nothing: there the sources
 * differ (mesh-tensorflow has a separate policy, NLLB and st-moe-pytorch draw as in
 * training), and {@code evaluation} selects the policy.
 *
 * <p>Balance losses read p. At perfect balance every expert gets T/E first choices, and {@code K·T/E}
 * tokens if all are kept. Ties go to the lowest expert index. What is kept carries no gradient; the
 * weights do, those that are normalized also through the probabilities of candidates not kept. With
 * k = 1 normalized weights are always 1, so training with them and k = 1 of several experts is rejected.
 *
 * @param k candidates per token, 1 ≤ k ≤ E; 2 with {@link Second#SAMPLING} and {@link
 *     Weights#FIRST_NORMALIZED}
 * @param second policy for further candidates in training
 * @param threshold compared with g, at least 0, above 0 with {@link Second#RANDOM}
 * @param ofNormalized whether g is normalized over the candidates
 * @param evaluation policy for further candidates in evaluation: ALL, NONE or THRESHOLD
 * @param weights how probabilities become weights
 */
public record GShard(
    int k,
    Second second,
    double threshold,
    boolean ofNormalized,
    Second evaluation,
    Weights weights)
    implements RoutingRule {

  /** The policy for candidates after the first. */
  public enum Second {
    /** All are kept. */
    ALL,
    /** None is kept. */
    NONE,
    /** Kept if {@code g > threshold}. */
    THRESHOLD,
    /** Kept with probability {@code min(1, g/threshold)}: if {@code U < g/threshold}. */
    RANDOM,
    /**
     * Kept; the second is the largest {@code logit + Gumbel noise} without the first, which samples
     * it from the softmax of the others. Its weight is computed from p without noise.
     */
    SAMPLING;

    /** Whether it is a policy for evaluation too. */
    boolean drawsNothing() {
      return this != RANDOM && this != SAMPLING;
    }
  }

  /** How the probabilities of the candidates become weights. */
  public enum Weights {
    /** {@code p_j} as it is (NLLB and DeepSpeed, which divide after dropping). */
    RAW,
    /** {@code p_j/Σ p} over the k candidates (GShard, mesh-tensorflow, st-moe-pytorch). */
    NORMALIZED,
    /**
     * {@code p_1/(p_1 + p_2)} and {@code p_2}: the result of NLLB's code for normalization before
     * dropping with its policy {@code random}. The second weight, once divided, is overwritten by the bare
     * probability; kept as an option to reproduce such models.
     */
    FIRST_NORMALIZED
  }

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public GShard {
    Require.positive("k", k);
    Require.that(
        threshold >= 0 && Double.isFinite(threshold),
        "threshold must be at least 0 but was %s",
        threshold);
    Require.that(
        threshold > 0 || second != Second.RANDOM,
        "threshold must be above 0 with RANDOM but was %s",
        threshold);
    Require.that(
        evaluation.drawsNothing(),
        "evaluation must be ALL, NONE or THRESHOLD, which draw no numbers, but was %s",
        evaluation);
    Require.that(k == 2 || second != Second.SAMPLING, "k must be 2 with SAMPLING but was %d", k);
    Require.that(
        k == 2 || weights != Weights.FIRST_NORMALIZED,
        "k must be 2 with FIRST_NORMALIZED but was %d",
        k);
  }

  /** The paper's rule: two candidates, the second kept with probability {@code min(1, g/0.2)}. */
  public static GShard of() {
    return top2(Second.RANDOM);
  }

  /**
   * Two candidates with normalized weights, compared normalized with 0.2: mesh-tensorflow and
   * st-moe-pytorch. Evaluation uses {@code second}, or ALL if that draws numbers.
   */
  public static GShard top2(Second second) {
    Second evaluation = second.drawsNothing() ? second : Second.ALL;
    return new GShard(2, second, 0.2, true, evaluation, Weights.NORMALIZED);
  }

  /**
   * Two candidates with the bare probabilities as weights, compared bare with 0.5, so that RANDOM
   * keeps the second if {@code 2·p_2 > U}: fairseq and NLLB, whose weights are renormalized after
   * dropping, by the capacity rule. Evaluation uses {@code second}, or ALL if
   * that draws numbers.
   */
  public static GShard nllb(Second second) {
    Second evaluation = second.drawsNothing() ? second : Second.ALL;
    return new GShard(2, second, 0.5, false, evaluation, Weights.RAW);
  }

  /** The same rule with another policy for evaluation: ALL, NONE or THRESHOLD. */
  public GShard withEvaluation(Second newEvaluation) {
    return new GShard(k, second, threshold, ofNormalized, newEvaluation, weights);
  }

  /** The same rule with other weights. */
  public GShard withWeights(Weights newWeights) {
    return new GShard(k, second, threshold, ofNormalized, evaluation, newWeights);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    boolean training = input.isTraining();
    Require.that(
        !(training && k == 1 && weights == Weights.NORMALIZED && logits.experts() > 1),
        "k must be above 1 when training with normalized weights, since k = 1 gives the router"
            + " no gradient, but was %d",
        k);
    Second policy = training ? second : evaluation;
    int[] candidates = TopK.unnormalized(k).choose(logits, input.mask());
    int further = Math.multiplyExact(k - 1, logits.tokens());
    double[] uniform = policy == Second.RANDOM
        ? InverseSampling.uniforms(input.requireGenerator("GShard"), further)
        : new double[further];
    if (policy == Second.SAMPLING) {
      sampleSecond(logits, input, candidates);
    }
    return new GShardPass(this, policy, logits, input.mask(), candidates, uniform);
  }

  /** Replaces each second candidate by a sampled one. */
  private void sampleSecond(Logits logits, TokenBatch input, int[] candidates) {
    RandomGenerator random = input.requireGenerator("GShard");
    int n = 0;
    for (int t = 0; t < logits.tokens(); t++) {
      boolean valid = input.mask().valid(t);
      double largest = Double.NEGATIVE_INFINITY;
      for (int e = 0; e < logits.experts(); e++) {
        double noise = InverseSampling.gumbel(random);
        if (valid && e != candidates[n] && logits.get(t, e) + noise > largest) {
          largest = logits.get(t, e) + noise;
          candidates[n + 1] = e;
        }
      }
      n += valid ? k : 0;
    }
  }

  /** Whether the weight of a choice is divided by the sum over all candidates. */
  boolean isNormalized(int choice) {
    return weights == Weights.NORMALIZED || (weights == Weights.FIRST_NORMALIZED && choice == 0);
  }

  /** Whether a further candidate is kept by a policy, given its g and uniform draw. */
  boolean isKept(Second policy, double g, double uniform) {
    return switch (policy) {
      case ALL, SAMPLING -> true;
      case NONE -> false;
      case THRESHOLD -> g > threshold;
      case RANDOM -> uniform < g / threshold;
    };
  }
}
