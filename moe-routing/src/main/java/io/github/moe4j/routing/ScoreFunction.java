package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Parallel;

/** How raw scores become the scores that weigh experts. Monotonic, so it preserves the order. */
public enum ScoreFunction {
  /** {@code softmax} over all experts of a token. */
  SOFTMAX {
    @Override
    double[] scores(Logits logits, TokenMask mask) {
      return logits.softmax(mask).toArray();
    }

    @Override
    Probabilities distribution(Logits logits, TokenMask mask) {
      return logits.softmax(mask);
    }

    @Override
    double score(Logits logits, Probabilities distribution, int token, int expert) {
      return distribution.get(token, expert);
    }

    @Override
    double derivative(double logit, double score) {
      throw new AssertionError("softmax is pulled back by its distribution");
    }
  },
  /** {@code 1/(1 + e^−logit)} of each expert separately (DeepSeek-V3, Llama 4). */
  SIGMOID {
    @Override
    double value(double logit) {
      return Exp.sigmoid(logit);
    }

    @Override
    double derivative(double logit, double score) {
      return score * (1 - score);
    }
  },
  /**
   * {@code √ln(1 + e^logit)} of each expert separately (Megatron-LM {@code
   * topk_routing_with_score_function}, {@code sqrtsoftplus}).
   */
  SQRT_SOFTPLUS {
    @Override
    double value(double logit) {
      return Math.sqrt(Softplus.of(logit));
    }

    @Override
    double derivative(double logit, double score) {
      return score == 0 ? 0 : 1 / ((1 + Exp.exp(-logit)) * 2 * score);
    }
  };

  /** Scores that justify a thread. */
  private static final int GRAIN_ELEMENTS = 4096;

  /** The score of one expert alone; not for softmax. */
  double value(double logit) {
    throw new AssertionError("softmax is a function of all experts");
  }

  /** The slope of the score of one expert alone; not for softmax. */
  abstract double derivative(double logit, double score);

  /** Scores [T·E], those of padding zero. */
  double[] scores(Logits logits, TokenMask mask) {
    double[] scores = logits.toArray();
    int experts = logits.experts();
    Parallel.ranges(logits.tokens(), Math.max(1, GRAIN_ELEMENTS / experts), (from, to) -> {
      for (int t = from; t < to; t++) {
        boolean valid = mask.valid(t);
        for (int i = t * experts; i < (t + 1) * experts; i++) {
          scores[i] = valid ? value(scores[i]) : 0;
        }
      }
    });
    return scores;
  }

  /**
   * The scores as a distribution over all experts, which balance losses read: divided by their sum
   * (Megatron-LM {@code compute_routing_scores_for_aux_loss}); all equal where the sum is 0. Computed when
   * it is read.
   */
  Probabilities distribution(Logits logits, TokenMask mask) {
    return Probabilities.whenRead(logits.experts(), mask, () -> overSum(logits, mask));
  }

  private double[] overSum(Logits logits, TokenMask mask) {
    int experts = logits.experts();
    double[] p = scores(logits, mask);
    for (int t = 0; t < logits.tokens(); t++) {
      double sum = sum(p, t, experts);
      for (int i = t * experts; mask.valid(t) && i < (t + 1) * experts; i++) {
        p[i] = sum == 0 ? 1.0 / experts : p[i] / sum;
      }
    }
    return p;
  }

  /** The score of one expert for a real token. */
  double score(Logits logits, Probabilities distribution, int token, int expert) {
    return value(logits.get(token, expert));
  }

  /**
   * Pulls gradients of scores and of their distribution back to the logits.
   *
   * @param dScores [T·E], zero for padding. Modified: used as scratch.
   * @param dDistribution [T·E], zero for padding. Not modified.
   * @param dLogits [T·E]. Modified: the result is added.
   */
  void backward(
      Logits logits,
      TokenMask mask,
      Probabilities distribution,
      double[] dScores,
      double[] dDistribution,
      double[] dLogits) {
    int experts = logits.experts();
    if (this == SOFTMAX) {
      for (int i = 0; i < dScores.length; i++) {
        dScores[i] += dDistribution[i];
      }
      distribution.softmaxBackward(dScores, dLogits);
      return;
    }
    double[] scores = scores(logits, mask);
    for (int t = 0; t < logits.tokens(); t++) {
      double sum = sum(scores, t, experts);
      double dot = 0;
      for (int e = 0; e < experts; e++) {
        dot += distribution.get(t, e) * dDistribution[t * experts + e];
      }
      for (int e = 0; sum > 0 && e < experts; e++) {
        int i = t * experts + e;
        double slope = derivative(logits.get(t, e), scores[i]);
        // slope ≤ sum, so that their quotient stays finite where 1/sum does not
        dLogits[i] += dScores[i] * slope + (dDistribution[i] - dot) * (slope / sum);
      }
    }
  }

  private static double sum(double[] scores, int token, int experts) {
    double sum = 0;
    for (int i = token * experts; i < (token + 1) * experts; i++) {
      sum += scores[i];
    }
    return sum;
  }
}
