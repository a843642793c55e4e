package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.ThresholdMargins;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Vectors;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Strictly balanced gating: a mask over the batch in training, learned thresholds in evaluation
 * (Shazeer et al. 2017, arXiv 1701.06538, appendix F).
 *
 * <p>{@code X = softmax(logits)}. In training the mask M takes the m tokens with the largest X for
 * each expert, {@code m = k·T/E} of the T real tokens rounded down, at least 1. In evaluation {@code
 * M = X > T_e} with a threshold for each expert. A token's weights are {@code X∘M / Σ_j X_j·M_j}; a
 * token that no expert takes gets none.
 *
 * <p>Training is perfectly balanced by design: m tokens for every expert. It looks at the whole
 * batch, so in a causal decoder it leaks as {@link ExpertChoice} does; evaluation does not. The
 * weights give the thresholds no gradient: they are trained by a loss over the {@linkplain
 * ThresholdMargins margins} {@code X − T} that the decision provides with the distribution X, until
 * both masks agree (the paper's {@code L_batchwise}).
 *
 * <p>Ties go to the lowest token. Assignments are ordered by token, those of a token by
 * descending X. The masks carry no gradient. Parameters: {@code threshold} [E]; the paper does not specify its
 * initial value, here {@code 1/(2E)}, half of a uniform softmax.
 */
public final class BatchwiseMask implements RoutingRule {
  private final int k;
  private final INDArray threshold;

  private BatchwiseMask(int k, INDArray threshold) {
    Require.positive("k", k);
    Require.shape("threshold", threshold, -1);
    Require.positive("experts", Math.toIntExact(threshold.length()));
    this.k = k;
    this.threshold = threshold;
    requireFits(Math.toIntExact(threshold.length()));
  }

  /**
   * A new rule with thresholds {@code 1/(2E)}.
   *
   * @param k experts per token on average, 1 ≤ k ≤ E
   * @throws IllegalArgumentException if k is not in [1, E]
   */
  public static BatchwiseMask create(int k, int experts, DataType type) {
    return of(k, threshold(experts).create(type, new SplittableRandom(0)));
  }

  /**
   * The parameter {@code threshold} [E], which starts at {@code 1/(2E)}.
   *
   * @throws IllegalArgumentException if there are no experts
   */
  public static ParameterSpec threshold(int experts) {
    return ParameterSpec.constant(0.5 / Require.positive("experts", experts), experts);
  }

  /**
   * A rule over existing thresholds, which become the live parameter.
   *
   * @param k experts per token on average, 1 ≤ k ≤ E
   * @param threshold [E]
   * @throws IllegalArgumentException if k is not positive, or the array is not a vector
   */
  public static BatchwiseMask of(int k, INDArray threshold) {
    return new BatchwiseMask(k, threshold);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.builder().add("threshold", threshold).build();
  }

  @Override
  public void requireFits(int experts) {
    Require.that(
        threshold.length() == experts,
        "threshold must have E = %d numbers but had %d",
        experts,
        threshold.length());
    Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireFits(logits.experts());
    return new Result(logits, input);
  }

  /** The decision of one pass. */
  private final class Result implements RulePass {
    private final int experts;
    private final Probabilities distribution;
    private final ThresholdMargins margins;

    /** {@code X∘M / Σ X∘M} is the softmax over the masked logits, which cannot underflow. */
    private final PartSoftmax weights;

    private final TokenChoices choices;
    private final Assignments assignments;

    Result(Logits logits, TokenBatch input) {
      TokenMask mask = input.mask();
      this.experts = logits.experts();
      this.distribution = logits.softmax(mask);
      double[] x = distribution.toArray();
      double[] limits = Vectors.read(threshold); // now: they may change before the margins are read
      this.margins = ThresholdMargins.whenRead(experts, mask, () -> margins(x, limits, mask));
      boolean[] chosen = input.isTraining() ? largest(x, mask) : positive(margins(x, limits, mask));
      this.weights = new PartSoftmax(logits.toArray(), tokens(chosen), logits.tokens());
      this.choices = TokenChoices.bestFirst(chosen, weights.values(), experts);
      this.assignments =
          choices.weighed(logits.tokens(), experts, choices.gather(weights.values(), experts));
    }

    private double[] margins(double[] x, double[] limits, TokenMask mask) {
      double[] margin = new double[x.length];
      for (int t = 0; t < mask.tokens(); t++) {
        for (int e = 0; mask.valid(t) && e < experts; e++) {
          margin[t * experts + e] = x[t * experts + e] - limits[e];
        }
      }
      return margin;
    }

    /** The token of each chosen entry, −1 elsewhere [T·E]. */
    private int[] tokens(boolean[] chosen) {
      int[] tokens = new int[chosen.length];
      for (int from = 0, t = 0; from < chosen.length; from += experts, t++) {
        for (int i = from; i < from + experts; i++) {
          tokens[i] = chosen[i] ? t : -1;
        }
      }
      return tokens;
    }

    private boolean[] largest(double[] x, TokenMask mask) {
      int[] tokens = mask.validIndices(0, mask.tokens());
      long share = (long) k * tokens.length / experts;
      int count = Math.min(tokens.length, (int) Math.max(1, share));
      boolean[] chosen = new boolean[x.length];
      int[][] best = TopTokens.largest(x, experts, tokens, count);
      for (int e = 0; e < experts; e++) {
        for (int t : best[e]) {
          chosen[t * experts + e] = true;
        }
      }
      return chosen;
    }

    private boolean[] positive(double[] margin) {
      boolean[] chosen = new boolean[margin.length];
      for (int i = 0; i < margin.length; i++) {
        chosen[i] = margin[i] > 0;
      }
      return chosen;
    }

    @Override
    public Assignments assignments() {
      return assignments;
    }

    @Override
    public List<TokenScores> scores() {
      return List.of(distribution, margins);
    }

    @Override
    public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
      int size = distribution.tokens() * experts;
      double[] dWeights = gradient.weightsOrZero(choices.size());
      double[] dValues = choices.scatter(dWeights, distribution.tokens(), experts);
      weights.backward(dValues, dLogits);
      double[] dX = gradient.orZero(Kind.PROBABILITIES, size);
      double[] dMargins = gradient.orZero(Kind.MARGINS, size);
      double[] dThreshold = new double[experts];
      for (int i = 0; i < size; i++) {
        dX[i] += dMargins[i];
        dThreshold[i % experts] -= dMargins[i];
      }
      into.ifPresent("threshold", target -> Vectors.add(target, dThreshold));
      distribution.softmaxBackward(dX, dLogits);
    }
  }
}
