package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * Expert choice: each expert takes the C tokens with its largest scores (Zhou et al. 2022, arXiv
 * 2202.09368, section 3.2, equation 2).
 *
 * <p>Experts choose within each group of tokens, the batch or one sequence. {@code C =
 * min(capacity, real tokens of the group)}; the capacity formula is evaluated with one
 * assignment per token, so {@code CapacityFormula.factor(c)} is the paper's {@code n·c/E}, rounded up. The weight
 * of a token in an expert is its score, see {@link Scores}, normalized by {@link TokenNorm},
 * times {@code scale}. A token may get several experts, or none: then it passes only through the residual connection.
 *
 * <p>The load is perfectly balanced by design, C tokens for every expert, so no balance loss is
 * needed, nor a capacity rule. <b>In a causal decoder it leaks</b>: whether a token is taken
 * depends on later tokens of its group, in training on the targets, and in generation they are
 * not available.
 *
 * <p>Ties go to the lowest token. Assignments are ordered by token, those of a token by descending
 * score. The choice carries no gradient; the weights do. The distribution that losses read is
 * always the softmax over the experts. Only the gate has parameters.
 *
 * @param scores how logits become scores, and by which an expert chooses
 * @param capacity tokens of an expert in a group
 * @param perSequence whether a group is one sequence rather than the batch
 * @param norm how the scores of one token's experts become weights
 * @param scale factor on all weights
 */
public record ExpertChoice(
    Scores scores, CapacityFormula capacity, boolean perSequence, TokenNorm norm, double scale)
    implements RoutingRule {

  /** How logits become the scores of expert choice. */
  public enum Scores {
    /** Softmax over the experts of a token; experts choose by it (the paper, flaxformer, vmoe). */
    SOFTMAX_OVER_EXPERTS,
    /**
     * Softmax over the real tokens of the group for each expert, so that an expert's scores sum to
     * 1; experts choose by logit, which is the same order (mesh-tensorflow, BALM {@code
     * ExpertChoiceRouter}).
     */
    SOFTMAX_OVER_TOKENS,
    /** {@code 1/(1 + e^−logit)}; experts choose by it (an option of Nucleus in diffusers). */
    SIGMOID,
    /**
     * Experts choose by logit; then each expert's r-th best token is weighted by a softmax across
     * the experts' r-th best logits, which belong to different tokens (epfml/llm-baselines {@code
     * ExpertChoiceMoE}, {@code topk_softmax}). Specific to one code base; for reproduction only.
     */
    SOFTMAX_OVER_RANKS
  }

  /** How the scores of a token become weights. */
  public enum TokenNorm {
    /** As they are (the paper, flaxformer, vmoe, epfml, BALM). */
    NONE(TopKNormalization.none()),
    /** Divided by the sum of the token's chosen scores plus 1e-12 (Nucleus in diffusers). */
    SUM(TopKNormalization.sum(1e-12)),
    /** Divided by the number of experts that took the token (mesh-tensorflow). */
    COUNT(TopKNormalization.none());

    private final TopKNormalization norm;

    TokenNorm(TopKNormalization norm) {
      this.norm = norm;
    }

    private double factor(int from, int to) {
      return this == COUNT ? 1.0 / (to - from) : 1;
    }

    /** Turns the scores of one token at {@code [from, to)} into weights. */
    void apply(double[] scores, int from, int to, double[] weights) {
      norm.apply(scores, from, to, weights);
      times(factor(from, to), weights, from, to);
    }

    /** Turns gradients of weights into those of scores, which are overwritten. */
    void backward(double[] scores, int from, int to, double[] dWeights, double[] dScores) {
      norm.backward(scores, from, to, dWeights, dScores);
      times(factor(from, to), dScores, from, to);
    }

    private static void times(double factor, double[] values, int from, int to) {
      for (int n = from; n < to; n++) {
        values[n] *= factor;
      }
    }
  }

  /**
   * Checks the scale.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ExpertChoice {
    Require.finite("scale", scale);
  }

  /**
   * The paper's: softmax over experts, the whole batch, {@code ceil(T/E · factor)} tokens each.
   *
   * @param capacityFactor experts per token on average, above 0
   */
  public static ExpertChoice of(double capacityFactor) {
    return new ExpertChoice(
        Scores.SOFTMAX_OVER_EXPERTS,
        CapacityFormula.factor(capacityFactor),
        false,
        TokenNorm.NONE,
        1);
  }

  /** Softmax over tokens with a number of tokens for each expert of the batch, as in BALM. */
  public static ExpertChoice overTokens(int tokensPerExpert) {
    return new ExpertChoice(
        Scores.SOFTMAX_OVER_TOKENS,
        CapacityFormula.fixed(tokensPerExpert),
        false,
        TokenNorm.NONE,
        1);
  }

  /**
   * As Nucleus in diffusers: each sequence separately, {@code ceil(S/E · factor)} tokens each,
   * weights of a token divided by their sum.
   *
   * @param scores softmax over experts, or sigmoid
   * @param scale its {@code route_scale}
   */
  public static ExpertChoice nucleus(Scores scores, double capacityFactor, double scale) {
    return new ExpertChoice(
        scores, CapacityFormula.factor(capacityFactor), true, TokenNorm.SUM, scale);
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    return new ExpertChoicePass(this, logits, input);
  }

  /** Tokens of a group, at least 1. */
  int groupLength(TokenBatch input) {
    return Math.max(1, perSequence ? input.sequenceLength() : input.tokens());
  }

  /**
   * The rank of every token in every expert [T·E], 0 for the best; −1 where it is not taken.
   *
   * @param values what experts choose by, row-major [T·E]. Not modified.
   */
  int[] choose(double[] values, int experts, TokenBatch input) {
    int[] rank = new int[values.length];
    Arrays.fill(rank, -1);
    int length = groupLength(input);
    for (int from = 0; from < input.tokens(); from += length) {
      int[] tokens = input.mask().validIndices(from, from + length);
      int count = count(input, tokens.length, length, experts);
      int[][] best = TopTokens.largest(values, experts, tokens, count);
      for (int e = 0; e < experts; e++) {
        for (int r = 0; r < count; r++) {
          rank[best[e][r] * experts + e] = r;
        }
      }
    }
    return rank;
  }

  private int count(TokenBatch input, int tokens, int length, int experts) {
    int limit = capacity.limit(
        new CapacityDemand(tokens, length, tokens, tokens, experts, input.isTraining()));
    Require.that(limit >= 0, "capacity must be at least 0 but the formula gave %d", limit);
    return Math.min(limit, tokens);
  }

  /**
   * The part of each score [T·E] within which a softmax over tokens or over ranks is taken; −1 for
   * none.
   */
  int[] parts(int[] rank, int experts, TokenBatch input) {
    TokenMask mask = input.mask();
    int length = groupLength(input);
    int[] part = new int[rank.length];
    Arrays.setAll(part, i -> {
      int group = i / experts / length;
      if (scores == Scores.SOFTMAX_OVER_TOKENS) {
        return mask.valid(i / experts) ? group * experts + i % experts : -1;
      }
      return rank[i] < 0 ? -1 : group * length + rank[i];
    });
    return part;
  }
}
