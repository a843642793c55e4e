package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;

/**
 * BASE routing: in training every expert gets the same number of tokens, by the assignment with the
 * largest sum of scores (Lewis et al. 2021, arXiv 2103.16716; fairseq {@code
 * BaseLayer}).
 *
 * <p>Training: each real token goes to one expert and each expert gets ⌊n/E⌋ or ⌈n/E⌉ of the n real
 * tokens, such that {@code Σ logit} is largest. Evaluation: each token goes to its largest logit,
 * since tokens must not depend on the rest of the batch. The weight is {@code α = 1/(1 +
 * e^−logit)} of the chosen expert.
 *
 * <p>The source finds the assignment by an auction, which is optimal up to its step; here it is
 * optimal up to rounding. The source also needs E to divide n, and shuffles tokens among workers
 * before it assigns those of each worker; this assigns the tokens it is given.
 *
 * <p>No balance loss is needed; losses that read a distribution get the sigmoids over their sum, as for every rule
 * with sigmoid scores. The choice carries no gradient; the weights do. No randomness. At perfect balance, and always
 * in training, every expert gets T/E tokens. In evaluation ties go to the lowest expert index; in training, if
 * several assignments reach the largest sum, the choice among them is deterministic.
 */
public record BaseAssignment() implements RoutingRule {
  private static final TopK WEIGHTS = TopK.sigmoid(1);

  /** The rule, which has no options. */
  public static BaseAssignment of() {
    return new BaseAssignment();
  }

  @Override
  public void requireFits(int experts) {
    Require.positive("experts", experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    if (!input.isTraining()) {
      return WEIGHTS.apply(logits, input);
    }
    int[] row = input.mask().validIndices(0, logits.tokens());
    for (int n = 0; n < row.length; n++) {
      row[n] *= logits.experts();
    }
    int[] balanced = BalancedAssignment.of(logits.toArray(), row, logits.experts());
    return WEIGHTS.weigh(logits, input, balanced);
  }
}
