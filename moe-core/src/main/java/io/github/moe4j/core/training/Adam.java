package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014, arXiv 1412.6980, algorithm 1), as {@code torch.optim.Adam} (pytorch {@code
 * torch/optim/adam.py}): {@code g += weightDecay·p}, {@code m = β1·m + (1 − β1)·g}, {@code v = β2·v + (1 −
 * β2)·g²}, {@code p −= rate/(1 − β1^t) · m/(√v/√(1 − β2^t) + ε)}.
 *
 * <p>A parameter whose gradient is zero, as that of an expert without tokens, is still updated until its
 * first moment has decayed.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, at least 0
 * @param weightDecay factor of the L2 penalty's gradient, at least 0; {@link AdamW} decays the weights themselves
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Adam {
    new AdamMoments(beta1, beta2, epsilon);
    Require.notNegative("weightDecay", weightDecay);
  }

  /** Betas 0.9 and 0.999, ε 1e-8, no decay. */
  public static Adam usual() {
    return new Adam(0.9, 0.999, 1e-8, 0);
  }

  @Override
  public String name() {
    return "adam";
  }

  @Override
  public List<String> moments() {
    return AdamMoments.NAMES;
  }

  @Override
  public void update(
      double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
    for (int i = 0; weightDecay != 0 && i < gradient.length; i++) {
      gradient[i] += weightDecay * parameter[i];
    }
    new AdamMoments(beta1, beta2, epsilon).update(rate, step, parameter, gradient, moments);
  }
}
