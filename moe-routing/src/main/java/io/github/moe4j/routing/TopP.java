package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.List;

/**
 * Top-p routing: each token goes to the fewest experts whose probabilities sum to p, few if the router is
 * confident and many if it is not (Huang et al. 2024, "Harder Tasks Need More Experts",
 * arXiv 2403.07652).
 *
 * <p>{@code q = softmax(logits)}; the experts are taken in descending order of q, ties by index,
 * until the sum reaches the {@link Cut} or {@code maxExperts} are taken; p = 1 takes them all.
 * The weights are their q, normalized by {@code norm}; unnormalized in the paper and in
 * BALM ({@code TopPRouter}).
 *
 * <p>The number of assignments differs from token to token, from 1 to E. At perfect balance every expert gets 1/E of
 * them. Uniform probabilities take about {@code p·E} experts: only concentrated probabilities keep the number small,
 * so the paper adds the mean entropy of q to the loss. The choice carries no gradient; the weights and the
 * distribution q [T,E] do.
 *
 * @param p cumulative probability, 0 &lt; p ≤ 1
 * @param cut where to stop
 * @param maxExperts most experts of a token, at least 1; {@link Integer#MAX_VALUE} for no limit
 * @param norm how chosen probabilities become weights
 */
public record TopP(double p, Cut cut, int maxExperts, TopKNormalization norm)
    implements RoutingRule {
  /** Where the cumulative sum of probabilities, in descending order, stops. */
  public enum Cut {
    /** With the expert that makes the sum reach p: the smallest set with at least p (the paper). */
    CROSSING,
    /**
     * Before the expert that makes the sum exceed p, but not before the first: the largest set with
     * at most p (BALM {@code TopPRouter}). One expert fewer than {@link #CROSSING}, as a rule.
     */
    INCLUSIVE
  }

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public TopP {
    Require.that(p > 0 && p <= 1, "p must be above 0 and at most 1 but was %s", p);
    Require.positive("maxExperts", maxExperts);
  }

  /** The paper's rule: the smallest set with probability p, weighted by its probabilities. */
  public static TopP of(double p) {
    return new TopP(p, Cut.CROSSING, Integer.MAX_VALUE, TopKNormalization.none());
  }

  /** BALM's rule: the sum stays at most p, except that the first expert is always taken. */
  public static TopP inclusive(double p) {
    return new TopP(p, Cut.INCLUSIVE, Integer.MAX_VALUE, TopKNormalization.none());
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    Require.that(
        !(input.isTraining() && maxExperts == 1 && norm.isConstantForOne() && logits.experts() > 1),
        "maxExperts must be above 1 when training with normalized weights, since one expert gives"
            + " the router no gradient, but was %d",
        maxExperts);
    Probabilities distribution = logits.softmax(input.mask());
    int experts = logits.experts();
    double[] q = new double[experts];
    FallingOrder order = new FallingOrder(experts);
    int[] taken = new int[Math.min(experts, maxExperts)];
    int[][] chosen = new int[logits.tokens()][];
    for (int t = 0; t < chosen.length; t++) {
      int count = 0;
      if (input.mask().valid(t)) {
        distribution.copyRow(t, q);
        order.start(q, 0, experts);
        count = take(q, order, taken);
      }
      chosen[t] = Arrays.copyOf(taken, count);
    }
    return new Result(norm, distribution, TokenChoices.of(chosen));
  }

  /** Takes a token's experts in order; returns how many. */
  private int take(double[] q, FallingOrder order, int[] taken) {
    double sum = 0;
    for (int i = 0; i < taken.length; i++) {
      // p = 1 takes all: rounding may keep the sum from 1 or bring it there early
      if (cut == Cut.CROSSING && sum >= p && p < 1) {
        return i;
      }
      taken[i] = order.next();
      sum += q[taken[i]];
      if (cut == Cut.INCLUSIVE && sum > p && p < 1 && i > 0) {
        return i;
      }
    }
    return taken.length;
  }

  /** The decision of one pass. */
  private static final class Result implements RulePass {
    private final TopKNormalization norm;
    private final Probabilities distribution;
    private final TokenChoices choices;
    private final double[] chosenScores;
    private final Assignments assignments;

    Result(TopKNormalization norm, Probabilities distribution, TokenChoices choices) {
      this.norm = norm;
      this.distribution = distribution;
      this.choices = choices;
      this.chosenScores = new double[choices.size()];
      double[] weight = new double[choices.size()];
      for (int from = 0, to; from < weight.length; from = to) {
        to = choices.endOfToken(from);
        for (int n = from; n < to; n++) {
          chosenScores[n] = distribution.get(choices.token()[n], choices.expert()[n]);
        }
        norm.apply(chosenScores, from, to, weight);
      }
      this.assignments = choices.weighed(distribution.tokens(), distribution.experts(), weight);
    }

    @Override
    public Assignments assignments() {
      return assignments;
    }

    @Override
    public List<TokenScores> scores() {
      return List.of(distribution);
    }

    @Override
    public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
      double[] dWeights = gradient.weightsOrZero(choices.size());
      double[] dChosen = new double[dWeights.length];
      double[] dQ = gradient.orZero(Kind.PROBABILITIES, dLogits.length);
      for (int from = 0, to; from < dWeights.length; from = to) {
        to = choices.endOfToken(from);
        norm.backward(chosenScores, from, to, dWeights, dChosen);
        for (int n = from; n < to; n++) {
          dQ[choices.place(n, distribution.experts())] += dChosen[n];
        }
      }
      distribution.softmaxBackward(dQ, dLogits);
    }
  }
}
