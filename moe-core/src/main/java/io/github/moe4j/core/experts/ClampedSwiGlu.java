package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;

/**
 * SwiGLU on clamped projections, with 1 added to the linear half, as in gpt-oss: {@code
 * h = (u + 1)·g·sigmoid(alpha·g)} with {@code g = min(gate, limit)} and {@code u = max(−limit,
 * min(up, limit))}.
 *
 * <p>The gate has no lower limit. The gradient through a clamped value is 0; at the limit itself it
 * passes, as in PyTorch's {@code clamp}.
 *
 * <p>Source: {@code swiglu} in openai/gpt-oss {@code gpt_oss/torch/model.py}; {@code GptOssExperts}
 * in {@code transformers/models/gpt_oss}.
 *
 * @param alpha steepness of the sigmoid, above 0; with 1 and no limit in reach {@code g·sigmoid(g)}
 *     is SiLU
 * @param limit largest gate and largest magnitude of the linear half, above 0
 */
public record ClampedSwiGlu(double alpha, double limit) implements GluCombination {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ClampedSwiGlu {
    Require.that(
        alpha > 0 && Double.isFinite(alpha), "alpha must be finite and above 0 but was %s", alpha);
    Require.that(limit > 0, "limit must be above 0 but was %s", limit);
  }

  /** That of gpt-oss: alpha 1.702, limit 7. */
  public static ClampedSwiGlu gptOss() {
    return new ClampedSwiGlu(1.702, 7);
  }

  @Override
  public void values(double[] gate, double[] up, double[] hidden) {
    for (int i = 0; i < hidden.length; i++) {
      double g = Math.min(gate[i], limit);
      hidden[i] = (clampedUp(up[i]) + 1) * g / (1 + Exp.exp(-alpha * g));
    }
  }

  @Override
  public void gradients(
      double[] gate, double[] up, double[] dHidden, double[] dGate, double[] dUp) {
    for (int i = 0; i < dHidden.length; i++) {
      double g = Math.min(gate[i], limit);
      double sigmoid = Exp.sigmoid(alpha * g);
      double slope = sigmoid * (1 + alpha * g * (1 - sigmoid));
      dGate[i] = gate[i] > limit ? 0 : dHidden[i] * (clampedUp(up[i]) + 1) * slope;
      dUp[i] = Math.abs(up[i]) > limit ? 0 : dHidden[i] * g * sigmoid;
    }
  }

  private double clampedUp(double up) {
    return Math.max(-limit, Math.min(up, limit));
  }
}
