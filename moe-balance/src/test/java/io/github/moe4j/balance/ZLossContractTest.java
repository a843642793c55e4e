package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;

class ZLossContractTest extends LossContract {
  @Override
  protected BalanceLoss loss(double coefficient) {
    return ZLoss.of(coefficient);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    return Math.log(experts) * Math.log(experts);
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    return logit * logit;
  }
}
