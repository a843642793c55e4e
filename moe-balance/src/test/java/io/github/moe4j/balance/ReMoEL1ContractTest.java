package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;

class ReMoEL1ContractTest extends LossContract {
  @Override
  protected BalanceLoss loss(double coefficient) {
    return ReMoEL1.of(coefficient, 2);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // K choices of weight 1/E: E/(T²·2) · E·(T·K/E)·(T·K/E · 1/E); with K = 2 that is K·1/E
    return (double) choices * choices / (2 * experts);
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    return experts / 2.0; // E·w/k with w = 1; other choices weigh nothing
  }
}
