package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** It counts its own k best scores, however many were chosen. */
@ParameterizedClass
@MethodSource("kinds")
class ComplementaryLossContractTest extends LossContract {
  @Parameter(0)
  LossScope pooling;

  @Parameter(1)
  int k;

  static Stream<Arguments> kinds() {
    return Arrays.stream(LossScope.values())
        .flatMap(p -> Stream.of(1, 2).map(k -> Arguments.of(p, k)));
  }

  @Override
  protected BalanceLoss loss(double coefficient) {
    return loss(coefficient, 4);
  }

  @Override
  protected BalanceLoss loss(double coefficient, int experts) {
    return new ComplementaryLoss(coefficient, Math.min(k, experts), pooling);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // Σ f = E, and every P is 1/E: 1 whichever of the equal scores count
    return 1;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // expert 0 is among the k best of every token: f_0 = E/k, and P_0 = 1
    return (double) experts / k;
  }
}
