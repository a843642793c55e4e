package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * What a rule decided from changed logits, pulled back to the logits before the change.
 *
 * @param result of the rule for the changed logits
 * @param slope derivative of changed logit i by logit i, i in [0, T·E)
 */
record ChangedLogits(RulePass result, IntToDoubleFunction slope) implements RulePass {
  /**
   * Applies a rule to changed logits.
   *
   * @param changed row-major [T·E]. Kept, not copied: must not be modified afterwards.
   */
  static RulePass apply(
      RoutingRule rule,
      double[] changed,
      int experts,
      TokenBatch input,
      IntToDoubleFunction slope) {
    Logits logits = Logits.wrap(changed, experts, input.mask());
    return new ChangedLogits(rule.apply(logits, input), slope);
  }

  @Override
  public Assignments assignments() {
    return result.assignments();
  }

  @Override
  public List<TokenScores> scores() {
    return result.scores();
  }

  @Override
  public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
    double[] dChanged = new double[dLogits.length];
    result.backward(gradient, dChanged, into);
    for (int i = 0; i < dLogits.length; i++) {
      dLogits[i] += dChanged[i] * slope.applyAsDouble(i);
    }
  }
}
