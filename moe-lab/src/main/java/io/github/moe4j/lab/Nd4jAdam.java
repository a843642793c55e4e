package io.github.moe4j.lab;

import io.github.moe4j.core.training.UpdateRule;
import java.util.List;

/**
 * Adam with the formula of ND4J's updater, {@code p −= rate·√(1 − β2^t)/(1 − β1^t) · m/(√v + ε)}, as an element-wise
 * rule: its moments can be divided among ranks.
 */
record Nd4jAdam() implements UpdateRule {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  @Override
  public String name() {
    return "nd4j-adam";
  }

  @Override
  public List<String> moments() {
    return List.of("m", "v");
  }

  @Override
  public void update(
      double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
    double size =
        rate * Math.sqrt(1 - StrictMath.pow(BETA2, step)) / (1 - StrictMath.pow(BETA1, step));
    double[] first = moments[0];
    double[] second = moments[1];
    for (int i = 0; i < parameter.length; i++) {
      double g = gradient[i];
      first[i] = BETA1 * first[i] + (1 - BETA1) * g;
      second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
      parameter[i] -= size * first[i] / (Math.sqrt(second[i]) + EPSILON);
    }
  }
}
