package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Log;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * SparseMixer-v2 routing: two experts, each chosen by a softmax over the experts with scores close
 * to the best (GRIN, Liu et al. 2024, arXiv 2409.12136; {@code sparsemixer} and
 * {@code PhimoeMultiplier} in Hugging Face).
 *
 * <p>First choice: experts with {@code (max − s_e)/max(|s_e|, max) > 2·jitter} are left out, and
 * {@code m} is the softmax of the scores s over the rest. Evaluation takes the largest s. Training
 * samples from that softmax, as the largest {@code s_e − ln X_e} with exponential X. The weight is
 * m of the chosen expert. The second choice does the same without the first expert: max is taken
 * again, and so is the softmax. The weights are not normalized to sum 1.
 *
 * <p>In training the weight is {@code c·m}; c = 1 if the sample is the best expert or {@code U >
 * 0.75}, else 0.3333. With it the backward pass estimates the gradient through the sampling,
 * by Heun's third-order method: {@code dlogits = dweight·m·(onehot(chosen) − softmax)}, without
 * c. In training it is therefore not the derivative of the forward pass; in evaluation it is. A
 * choice among a single expert has weight 1 and no gradient.
 *
 * <p>Draws in training, padding included: for each choice, one exponential for each token and
 * expert, token after token, and then one uniform number for each token: [T,E], [T], [T,E], [T].
 *
 * <p>Balance losses read the softmax of all logits. At perfect balance every expert gets {@code
 * 2·T/E} tokens. Ties go to the lowest expert index. Needs two experts.
 *
 * @param jitter half the relative distance from the best score up to which experts are
 *     candidates, at least 0; PhiMoE has 0.01
 */
public record SparseMixer(double jitter) implements RoutingRule {
  private static final int CHOICES = 2;

  /** Scores that justify a thread. */
  private static final int GRAIN_ELEMENTS = 2048;

  /** A sample other than the best expert keeps its full weight if the uniform draw is above it. */
  private static final double FULL_ABOVE = 0.75;

  /** Factor on the weight of the other samples: a third, as the source rounds it. */
  private static final double THIRD = 0.3333;

  /**
   * Checks the option.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public SparseMixer {
    Require.that(
        jitter >= 0 && Double.isFinite(jitter), "jitter must be at least 0 but was %s", jitter);
  }

  /** The rule with a jitter, 0.01 in PhiMoE. */
  public static SparseMixer of(double jitter) {
    return new SparseMixer(jitter);
  }

  @Override
  public void requireFits(int experts) {
    Require.that(experts >= CHOICES, "experts must be at least 2 but was %d", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireFits(logits.experts());
    @Nullable Noise[] noise = new @Nullable Noise[CHOICES];
    if (input.isTraining()) {
      RandomGenerator random = input.requireGenerator("SparseMixer");
      for (int j = 0; j < CHOICES; j++) {
        noise[j] = Noise.draw(logits.tokens(), logits.experts(), random);
      }
    }
    TokenMask mask = input.mask();
    Result result = new Result(logits, mask);
    int[] tokens = mask.validIndices(0, mask.tokens());
    Parallel.ranges(tokens.length, Math.max(1, GRAIN_ELEMENTS / logits.experts()), (from, to) -> {
      for (int i = from; i < to; i++) {
        for (int j = 0; j < CHOICES; j++) {
          result.choose(i * CHOICES + j, tokens[i], noise[j]);
        }
      }
    });
    return result;
  }

  /**
   * What one choice draws: [T·E], from which exponential numbers are made where they are needed, and
   * [T].
   */
  private record Noise(double[] forExponential, double[] uniform) {
    static Noise draw(int tokens, int experts, RandomGenerator random) {
      double[] forExponential = InverseSampling.uniforms(random, TokenScores.size(tokens, experts));
      return new Noise(forExponential, InverseSampling.uniforms(random, tokens));
    }
  }

  /** The decision of one pass; filled choice by choice, tokens side by side. */
  private final class Result implements RulePass {
    private final Logits logits;
    private final Probabilities distribution;
    private final int experts;
    private final int[] token;
    private final int[] expert;
    private final double[] weight;

    /** Masked softmax of each choice [N·E], 0 where the mask is. */
    private final double[] shares;

    Result(Logits logits, TokenMask mask) {
      this.logits = logits;
      this.distribution = logits.softmax(mask);
      this.experts = logits.experts();
      int choices = Math.multiplyExact(CHOICES, mask.validTokens());
      this.token = new int[choices];
      this.expert = new int[choices];
      this.weight = new double[choices];
      this.shares = new double[TokenScores.size(choices, experts)];
    }

    /** Makes choice {@code n}, one of a token's, after those before it; {@code noise} is null in evaluation. */
    void choose(int n, int t, @Nullable Noise noise) {
      int taken = n % CHOICES == 0 ? -1 : expert[n - 1];
      int best = best(t, taken);
      fillShares(n, t, taken, best);
      int chosen = noise == null ? best : sample(n, t, noise);
      double m = shares[n * experts + chosen];
      boolean full = noise == null || chosen == best || noise.uniform[t] > FULL_ABOVE;
      token[n] = t;
      expert[n] = chosen;
      weight[n] = full ? m : THIRD * m;
    }

    private int best(int t, int taken) {
      int best = taken == 0 ? 1 : 0;
      for (int e = best + 1; e < experts; e++) {
        if (e != taken && logits.get(t, e) > logits.get(t, best)) {
          best = e;
        }
      }
      return best;
    }

    private void fillShares(int n, int t, int taken, int best) {
      double max = logits.get(t, best);
      int from = n * experts;
      double sum = 0;
      for (int e = 0; e < experts; e++) {
        double s = logits.get(t, e);
        // 0/0, of a score that equals a maximum of 0, compares as not too far: it takes part.
        boolean tooFar = (max - s) / Math.max(Math.abs(s), max) > 2 * jitter;
        if (e != taken && !tooFar) {
          shares[from + e] = Exp.exp(s - max);
          sum += shares[from + e];
        }
      }
      for (int i = from; i < from + experts; i++) {
        shares[i] /= sum;
      }
    }

    private int sample(int n, int t, Noise noise) {
      int chosen = -1;
      double largest = Double.NEGATIVE_INFINITY;
      for (int e = 0; e < experts; e++) {
        if (shares[n * experts + e] > 0) {
          double exponential = InverseSampling.exponential(noise.forExponential[t * experts + e]);
          double perturbed = logits.get(t, e) - Log.log(exponential);
          if (perturbed > largest) {
            largest = perturbed;
            chosen = e;
          }
        }
      }
      return chosen;
    }

    @Override
    public Assignments assignments() {
      return Assignments.of(logits.tokens(), experts, token, expert, weight);
    }

    @Override
    public List<TokenScores> scores() {
      return List.of(distribution);
    }

    @Override
    public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
      gradient.weights().ifPresent(dWeights -> {
        for (int n = 0; n < dWeights.length; n++) {
          double flow = dWeights[n] * shares[n * experts + expert[n]];
          int row = token[n] * experts;
          for (int e = 0; e < experts; e++) {
            dLogits[row + e] -= flow * shares[n * experts + e];
          }
          dLogits[row + expert[n]] += flow;
        }
      });
      gradient.of(Kind.PROBABILITIES).ifPresent(d -> distribution.softmaxBackward(d, dLogits));
    }
  }
}
