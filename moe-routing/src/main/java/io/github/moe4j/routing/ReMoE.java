package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * ReLU routing: each token goes to the experts whose scores are above 0, weighted by these scores
 * (Wang, Chen and Zhu 2024, "ReMoE: Fully Differentiable Mixture-of-Experts with ReLU Routing",
 * arXiv 2412.14711, section 3; thu-ml/ReMoE {@code ReLURouter}).
 *
 * <p>{@code w = relu(logits)}, an assignment where {@code logit > 0}. The number of assignments
 * differs from token to token and may be 0: such a token gets nothing from the experts. A token's
 * assignments are ordered largest first, ties by index.
 *
 * <p>The weights are continuous in the logits, even where an expert is added or removed, so the
 * whole rule is differentiable: {@code dLogit = dWeight} at the assigned, 0 elsewhere. How many
 * experts a token uses is itself learned, and nothing in this rule limits it; the paper controls it by
 * an L1 penalty on the weights whose coefficient is adapted to the sparsity, {@code 1 − K/E} of all
 * weights being 0. At perfect balance every expert gets {@code T·K/E} tokens for that K.
 *
 * <p>It has no distribution [T,E] over the experts, so losses that need one cannot be used.
 */
public record ReMoE() implements RoutingRule {
  /** The rule, which has no options. */
  public static ReMoE of() {
    return new ReMoE();
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    double[] values = logits.toArray();
    int experts = logits.experts();
    int[][] positive = new int[logits.tokens()][0];
    for (int t = 0; t < positive.length; t++) {
      if (input.mask().valid(t)) {
        positive[t] = positive(values, t * experts, experts);
      }
    }
    TokenChoices choices = TokenChoices.of(positive);
    double[] weight = new double[choices.size()];
    for (int n = 0; n < weight.length; n++) {
      weight[n] = values[choices.place(n, experts)];
    }
    return new Result(choices, choices.weighed(logits.tokens(), experts, weight));
  }

  /** The experts of a token with positive scores, largest first. */
  private static int[] positive(double[] values, int from, int experts) {
    int count = 0;
    for (int i = from; i < from + experts; i++) {
      count += values[i] > 0 ? 1 : 0;
    }
    int[] largest = new int[count];
    if (count > 0) {
      TopSelection.largest(values, from, experts, largest);
    }
    return largest;
  }

  /** The decision of one pass. */
  private record Result(TokenChoices choices, Assignments assignments) implements RulePass {
    @Override
    public List<TokenScores> scores() {
      return List.of();
    }

    @Override
    public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
      double[] dWeights = gradient.weightsOrZero(choices.size());
      for (int n = 0; n < dWeights.length; n++) {
        dLogits[choices.place(n, assignments.experts())] += dWeights[n];
      }
    }
  }
}
