package io.github.moe4j.balance;

import io.github.moe4j.core.internal.Require;

/**
 * One loss of a {@link Balancer}.
 *
 * @param name in reports
 * @param coefficient multiplies the loss
 */
record LossTerm(String name, BalanceLoss loss, CoefficientSchedule coefficient) {
  double coefficientAt(long step) {
    return Require.notNegative("coefficient of " + name, coefficient.at(step));
  }
}
