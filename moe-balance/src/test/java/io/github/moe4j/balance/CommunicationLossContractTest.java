package io.github.moe4j.balance;

import io.github.moe4j.testkit.balance.LossContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two devices of two experts. */
@ParameterizedClass
@MethodSource("kinds")
class CommunicationLossContractTest extends LossContract {
  @Parameter(0)
  LossScope pooling;

  @Parameter(1)
  int maxDevices;

  static Stream<Arguments> kinds() {
    return Arrays.stream(LossScope.values())
        .flatMap(p -> Stream.of(1, 2).map(m -> Arguments.of(p, m)));
  }

  @Override
  protected BalanceLoss loss(double coefficient) {
    return loss(coefficient, 4);
  }

  @Override
  protected BalanceLoss loss(double coefficient, int experts) {
    int devices = (experts + 1) / 2;
    return new CommunicationLoss(
        coefficient,
        ExpertPlacement.even(experts, devices),
        Math.min(maxDevices, devices),
        pooling);
  }

  @Override
  protected BalanceLoss renumbered(double coefficient) {
    // devices {0, 1} and {2, 3} become {1, 2} and {3, 0}
    ExpertPlacement placement = ExpertPlacement.of(1, 0, 0, 1);
    return new CommunicationLoss(coefficient, placement, maxDevices, pooling);
  }

  @Override
  protected int[] choicesThatVary() {
    return new int[] {1, 2}; // three of four experts always lie on both devices
  }

  @Override
  protected double tilt(int expert) {
    return expert < 2 ? 3 : 0; // devices as good as equal by chance would leave no gradient
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    if (experts == 1) {
      return 1; // one device that every token is sent to, M = 1
    }
    // experts i and i + 1 are {0, 1} | {1, 2} | {2, 3} | {3, 0}: 1, 2, 1, 2 devices for K = 2;
    // one device for K = 1, both for K = 4. Each gets m/2 of the tokens: f'' = 2/M · m/2 = m/M
    double m = choices == 1 ? 1 : choices == 2 ? 1.5 : 2;
    return m / maxDevices;
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // every token is sent to device 0, where all probability is: f''_0 = D/(M·T)·T
    return 2.0 / maxDevices;
  }
}
