package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, as {@code torch.optim.SGD} (pytorch {@code torch/optim/sgd.py}).
 *
 * <p>{@code g += weightDecay·p}; with momentum {@code b = momentum·b + (1 − dampening)·g}, {@code b = g} in the
 * first step, and then {@code g = b}, or {@code g + momentum·b} if {@code nesterov}; {@code p −= rate·g}.
 *
 * @param momentum in [0, 1); 0 keeps no state
 * @param dampening of the gradient in the momentum
 * @param nesterov whether to use Nesterov momentum; needs momentum and no dampening
 * @param weightDecay factor of the L2 penalty's gradient, at least 0
 */
public record Sgd(double momentum, double dampening, boolean nesterov, double weightDecay)
    implements UpdateRule {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Sgd {
    Decay.require("momentum", momentum);
    Require.finite("dampening", dampening);
    Require.notNegative("weightDecay", weightDecay);
    Require.that(
        !nesterov || (momentum > 0 && dampening == 0),
        "nesterov needs momentum above 0 and dampening 0 but had %s and %s",
        momentum,
        dampening);
  }

  /** Without momentum and weight decay. */
  public static Sgd plain() {
    return new Sgd(0, 0, false, 0);
  }

  /** With momentum, without dampening and weight decay. */
  public static Sgd momentum(double momentum) {
    return new Sgd(momentum, 0, false, 0);
  }

  @Override
  public String name() {
    return "sgd";
  }

  @Override
  public List<String> moments() {
    return momentum == 0 ? List.of() : List.of("momentum_buffer");
  }

  @Override
  public void update(
      double rate, long step, double[] parameter, double[] gradient, double[][] moments) {
    for (int i = 0; i < parameter.length; i++) {
      double g = gradient[i] + weightDecay * parameter[i];
      if (momentum != 0) {
        double[] buffer = moments[0];
        buffer[i] = step == 1 ? g : momentum * buffer[i] + (1 - dampening) * g;
        g = nesterov ? g + momentum * buffer[i] : buffer[i];
      }
      parameter[i] -= rate * g;
    }
  }
}
