package io.github.moe4j.balance;

import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.testkit.balance.LossContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** By itself, with the counts of its decisions. */
@ParameterizedClass
@MethodSource("kinds")
class GlobalBatchLossContractTest extends LossContract {
  @Parameter(0)
  Counting counting;

  @Parameter(1)
  LossScope pooling;

  static Stream<Arguments> kinds() {
    return Arrays.stream(Counting.values())
        .flatMap(
            c -> Stream.of(LossScope.LAYER_SUM, LossScope.LAYER_MEAN).map(p -> Arguments.of(c, p)));
  }

  @Override
  protected BalanceLoss loss(double coefficient) {
    SwitchLoss loss = new SwitchLoss(coefficient, counting, pooling);
    return new GlobalBatchLoss(loss);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // E · Σ f·(1/E) = Σ f, the number of choices that count
    return counting == Counting.PER_TOKEN ? choices : 1;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // E · f_0 · 1; of K choices of a token one is expert 0
    return counting == Counting.PER_CHOICE ? (double) experts / choices : experts;
  }
}
