package io.github.moe4j.balance;

import io.github.moe4j.balance.ImportanceLoss.Source;
import io.github.moe4j.testkit.balance.LossContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("kinds")
class ImportanceLossContractTest extends LossContract {
  @Parameter(0)
  VarianceEstimator variance;

  @Parameter(1)
  Source source;

  static Stream<Arguments> kinds() {
    return Arrays.stream(VarianceEstimator.values())
        .flatMap(v -> Arrays.stream(Source.values()).map(s -> Arguments.of(v, s)));
  }

  @Override
  protected BalanceLoss loss(double coefficient) {
    return new ImportanceLoss(coefficient, variance, source);
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    return 0;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // the 12 tokens' probability lies on one expert: mean 12/E, which the constant is added to
    double mean = 12.0 / experts;
    double value = variance == VarianceEstimator.POPULATION ? experts - 1 : experts;
    return value / (1 + 1e-10 / (mean * mean));
  }
}
