package io.github.moe4j.models.layout;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import java.util.Arrays;

/**
 * What NLLB's {@code moe_token_dropout} makes of evaluation: outputs of experts, and so their
 * weights, times {@code 1 − rate}. Its training, which drops outputs, is rejected.
 *
 * @param rule the rule that drops assignments
 * @param rate of the dropout
 */
record TokenDropout(CapacityRule rule, double rate) implements CapacityRule {
  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    if (mode.isTraining()) {
      throw new LayoutException(
          "config moe_token_dropout is %s: training needs 0, since it drops outputs of experts",
          rate);
    }
    CapacityPass inner = rule.apply(decision, mode);
    Assignments before = inner.kept();
    int[] token = new int[before.size()];
    int[] expert = new int[before.size()];
    double[] weight = new double[before.size()];
    for (int n = 0; n < weight.length; n++) {
      token[n] = before.token(n);
      expert[n] = before.expert(n);
      weight[n] = before.weight(n) * (1 - rate);
    }
    Assignments kept = Assignments.of(before.tokens(), before.experts(), token, expert, weight);
    return new CapacityPass() {
      @Override
      public Assignments kept() {
        return kept;
      }

      @Override
      public int fillers() {
        return inner.fillers();
      }

      @Override
      public int dropped() {
        return inner.dropped();
      }

      @Override
      public RoutingGradient backward(double[] dKeptWeights) {
        return inner.backward(
            Arrays.stream(dKeptWeights).map(d -> d * (1 - rate)).toArray());
      }
    };
  }
}
