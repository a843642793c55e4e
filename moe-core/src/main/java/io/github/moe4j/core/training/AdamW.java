package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv 1711.05101, algorithm 2), as {@code
 * torch.optim.AdamW} (pytorch {@code torch/optim/adamw.py}): {@code p −= rate·weightDecay·p}, then the update of
 * {@link Adam} without its penalty.
 *
 * <p>A parameter whose gradient is zero, as that of an expert without tokens, still decays, and is updated
 * until its first moment has decayed.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, at least 0
 * @param weightDecay share of a weight that is subtracted at rate 1, at least 0
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public AdamW {
    new AdamMoments(beta1, beta2, epsilon);
    Require.notNegative("weightDecay", weightDecay);
  }

  /** Betas 0.9 and 0.999, ε 1e-8. */
  public static AdamW of(double weightDecay) {
    return new AdamW(0.9, 0.999, 1e-8, weightDecay);
  }

  @Override
  public String name() {
    return "adamw";
  }

  @Override
  public List<String> moments() {
    return AdamMoments.NAMES;
  }

  @Override
  public void update(
      double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
    double kept = 1 - rate * weightDecay;
    for (int i = 0; i < parameter.length; i++) {
      parameter[i] *= kept;
    }
    new AdamMoments(beta1, beta2, epsilon).update(rate, step, parameter, gradient, moments);
  }
}
