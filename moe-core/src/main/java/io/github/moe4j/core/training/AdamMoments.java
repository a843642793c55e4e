package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * The two moments of Adam, which {@link Adam} and {@link AdamW} share.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, at least 0
 */
record AdamMoments(double beta1, double beta2, double epsilon) {
  static final List<String> NAMES = List.of("exp_avg", "exp_avg_sq");

  AdamMoments {
    Decay.require("beta1", beta1);
    Decay.require("beta2", beta2);
    Require.notNegative("epsilon", epsilon);
  }

  /** {@code p −= rate/(1 − β1^t) · m/(√v/√(1 − β2^t) + ε)} after both moments took the gradient in. */
  void update(double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
    double size = rate / (1 - StrictMath.pow(beta1, step));
    double root = Math.sqrt(1 - StrictMath.pow(beta2, step));
    double[] first = moments[0];
    double[] second = moments[1];
    for (int i = 0; i < parameter.length; i++) {
      double g = gradient[i];
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      parameter[i] -= size * (first[i] / (Math.sqrt(second[i]) / root + epsilon));
    }
  }
}
