package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.testkit.balance.LossContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(VarianceEstimator.class)
class LoadLossContractTest extends LossContract {
  @Parameter
  VarianceEstimator variance;

  @Override
  protected BalanceLoss loss(double coefficient) {
    return new LoadLoss(coefficient, variance);
  }

  @Override
  protected RouterDecision prepare(RouterDecision decision) {
    double[] p = decision.requireProbabilities("test").toArray();
    return decision.with(SelectionProbabilities.of(p, decision.experts(), decision.mask()));
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    return 0;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // the 12 tokens' chances lie on one expert: mean 12/E, which the constant is added to
    double mean = 12.0 / experts;
    double value = variance == VarianceEstimator.POPULATION ? experts - 1 : experts;
    return value / (1 + 1e-10 / (mean * mean));
  }
}
