package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Softmax;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The decision of one pass of {@link TopK}; assignments lie k by k, token after token. */
final class TopKPass implements RulePass {
  private final TopK rule;
  private final Logits logits;
  private final TokenMask mask;
  private final Probabilities distribution;
  private final int size;
  private final Assignments assignments;

  /** Scores of the chosen [N]: if they are a softmax over the chosen, the weights themselves. */
  private final double[] chosenScores;

  /**
   * Weighs the chosen. The arrays are kept and must not be modified any more; they may be longer if there
   * is a scope.
   *
   * @param scope memory of the decision; null if it is to stay
   */
  TopKPass(
      TopK rule,
      Logits logits,
      Probabilities distribution,
      TokenMask mask,
      int[] token,
      int[] chosen,
      Arena.@Nullable Scope scope) {
    this.rule = rule;
    this.logits = logits;
    this.mask = mask;
    this.size = rule.k() * mask.validTokens();
    this.distribution = distribution;
    IntFunction<double[]> doubles = scope == null ? double[]::new : scope::takeDoubles;
    this.chosenScores = doubles.apply(size);
    double[] weight = weights(token, chosen, doubles);
    int tokens = logits.tokens();
    int experts = logits.experts();
    this.assignments = scope == null
        ? Assignments.wrap(tokens, experts, token, chosen, weight)
        : Assignments.borrowed(tokens, experts, size, token, chosen, weight, scope);
  }

  private double[] weights(int[] token, int[] chosen, IntFunction<double[]> doubles) {
    if (isSoftmaxOfChosen()) {
      for (int from = 0; from < size; from += rule.k()) {
        softmaxOfChosen(token[from], chosen, from);
      }
      // The backward pass needs them without the factor.
      return rule.scale() == 1 ? chosenScores : scaled(chosenScores, doubles.apply(size));
    }
    double[] weight = doubles.apply(size);
    for (int from = 0; from < size; from += rule.k()) {
      for (int n = from; n < from + rule.k(); n++) {
        chosenScores[n] = rule.scores().score(logits, distribution, token[n], chosen[n]);
      }
      rule.norm().apply(chosenScores, from, from + rule.k(), weight);
    }
    return scaled(weight, weight);
  }

  private double[] scaled(double[] weight, double[] result) {
    for (int n = 0; n < size; n++) {
      result[n] = weight[n] * rule.scale();
    }
    return result;
  }

  private void softmaxOfChosen(int token, int[] chosen, int from) {
    for (int n = from; n < from + rule.k(); n++) {
      chosenScores[n] = logits.get(token, chosen[n]);
    }
    Softmax.apply(chosenScores, from, from + rule.k());
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
    double[] dWeights = gradient.weightsOrZero(assignments.size());
    int size = TokenScores.size(logits.tokens(), logits.experts());
    double[] dScores = new double[size];
    double[] dChosen = new double[dWeights.length];
    for (int n = 0; n < dWeights.length; n++) {
      dWeights[n] *= rule.scale();
    }
    boolean softmaxOfChosen = isSoftmaxOfChosen();
    for (int from = 0; from < dWeights.length; from += rule.k()) {
      if (softmaxOfChosen) {
        Softmax.backward(chosenScores, dWeights, from, from + rule.k(), dChosen);
      } else {
        rule.norm().backward(chosenScores, from, from + rule.k(), dWeights, dChosen);
      }
    }
    double[] dOfChosen = softmaxOfChosen ? dLogits : dScores;
    for (int n = 0; n < dChosen.length; n++) {
      dOfChosen[place(n)] += dChosen[n];
    }
    double[] dDistribution = gradient.orZero(Kind.PROBABILITIES, size);
    rule.scores().backward(logits, mask, distribution, dScores, dDistribution, dLogits);
  }

  private int place(int n) {
    return assignments.token(n) * assignments.experts() + assignments.expert(n);
  }

  /** Softmax weights that sum to 1 are a softmax over the chosen logits and need no scores. */
  private boolean isSoftmaxOfChosen() {
    return rule.scores() == ScoreFunction.SOFTMAX && rule.norm().equals(TopKNormalization.sum());
  }
}
