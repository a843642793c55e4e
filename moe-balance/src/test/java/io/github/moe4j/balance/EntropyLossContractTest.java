package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(EntropyLoss.Of.class)
class EntropyLossContractTest extends LossContract {
  @Parameter
  EntropyLoss.Of of;

  @Override
  protected BalanceLoss loss(double coefficient) {
    return new EntropyLoss(coefficient, of);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // E terms of 1/E · ln(1/E), for each token and for their mean
    return -Math.log(experts);
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // 1 · ln 1, and three terms of e^-60 · -60, about 1e-24
    return 0;
  }
}
