package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.List;

/**
 * BASE routing: in training every expert gets the same number of tokens, by the assignment with the
 * largest sum of scores (Lewis et al. 2021, arXiv 2103.16716; fairseq {@code
 * BaseLayer}).
 *
 * <p>Training: each real token goes to one expert and each expert gets ⌊n/E⌋ or ⌈n/E⌉ of the n real
 * tokens, such that {@code Σ logit} is largest. Evaluation: each token goes to its largest logit,
 * since tokens must not depend on what else is in the batch. The weight is {@code α = 1/(1 +
 * e^−logit)} of the chosen expert.
 *
 * <p>The source finds the assignment by an auction, which is optimal up to its step; here it is
 * optimal up to rounding. The source also needs E to divide n, and shuffles tokens among workers
 * before it assigns those of each worker; this assigns the tokens it is given.
 *
 * <p>No balance loss is needed; for those that read a distribution there is the softmax of the
 * logits. The choice carries no gradient; the weights do. No randomness. At perfect balance, and
 * always in training, every expert gets T/E tokens. In evaluation ties go to the lowest expert
 * index; in training equal sums may be reached by several assignments, of which always the same is
 * taken.
 */
public record Base() implements RoutingRule {
  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RuleResult apply(Logits logits, MoeInput input) {
    TokenMask mask = input.mask();
    int experts = logits.experts();
    if (!input.isTraining()) {
      int[] greedy = TopK.sigmoid(1).choose(logits, mask);
      return new Result(logits, mask, realTokens(mask), greedy);
    }
    int[] token = realTokens(mask);
    int[] row = new int[token.length];
    Arrays.setAll(row, n -> token[n] * experts);
    int[] balanced = BalancedAssignment.of(logits.toArray(), row, experts);
    return new Result(logits, mask, token, balanced);
  }

  private static int[] realTokens(TokenMask mask) {
    int[] token = new int[mask.validTokens()];
    int size = 0;
    for (int t = 0; t < mask.tokens(); t++) {
      if (mask.valid(t)) {
        token[size++] = t;
      }
    }
    return token;
  }

  /** The decision of one pass. */
  private static final class Result implements RuleResult {
    private final Probabilities distribution;
    private final Assignments assignments;

    Result(Logits logits, TokenMask mask, int[] token, int[] expert) {
      double[] weight = new double[token.length];
      for (int n = 0; n < weight.length; n++) {
        weight[n] = 1 / (1 + Exp.exp(-logits.get(token[n], expert[n])));
      }
      this.distribution = logits.softmax(mask);
      this.assignments = Assignments.of(logits.tokens(), logits.experts(), token, expert, weight);
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
      gradient.weights().ifPresent(dWeights -> {
        for (int n = 0; n < dWeights.length; n++) {
          double alpha = assignments.weight(n);
          int place = assignments.token(n) * assignments.experts() + assignments.expert(n);
          dLogits[place] += dWeights[n] * alpha * (1 - alpha);
        }
      });
      gradient.of(Kind.PROBABILITIES).ifPresent(d -> distribution.softmaxBackward(d, dLogits));
    }
  }
}
