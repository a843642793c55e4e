package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two devices of two experts. */
@ParameterizedClass
@EnumSource(LossScope.class)
class DeviceLossContractTest extends LossContract {
  @Parameter(0)
  LossScope pooling;

  @Override
  protected BalanceLoss loss(double coefficient) {
    return loss(coefficient, 4);
  }

  @Override
  protected BalanceLoss loss(double coefficient, int experts) {
    return new DeviceLoss(coefficient, ExpertPlacement.even(experts, (experts + 1) / 2), pooling);
  }

  @Override
  protected BalanceLoss renumbered(double coefficient) {
    // devices {0, 1} and {2, 3} become {1, 2} and {3, 0}
    return new DeviceLoss(coefficient, ExpertPlacement.of(1, 0, 0, 1), pooling);
  }

  @Override
  protected double tilt(int expert) {
    return expert < 2 ? 3 : 0; // devices as good as equal by chance would leave no gradient
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // every f_e is 1, so every f'_d is, and the P'_d sum to 1
    return 1;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // K = 1: f = 4, 0 | 0, 0; K = 2: f = 2, 2 | 0, 0: f'_0 = 2 either way; K = 4: every f is 1
    return choices <= 2 ? 2 : 1;
  }
}
