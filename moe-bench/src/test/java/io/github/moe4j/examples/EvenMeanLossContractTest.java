package io.github.moe4j.examples;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.testkit.balance.LossContract;

class EvenMeanLossContractTest extends LossContract {
  @Override
  protected BalanceLoss loss(double coefficient) {
    return new EvenMeanLoss(coefficient);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    return 0;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    return experts - 1; // E·((1 − 1/E)² + (E − 1)/E²)
  }
}
