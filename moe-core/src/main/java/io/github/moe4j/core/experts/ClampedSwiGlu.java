package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;

/**
 * SwiGLU on clamped projections: {@code h = (u + offset)·g·sigmoid(alpha·g)} with {@code g = min(gate,
 * limit)} and {@code u = max(−limit, min(up, limit))}. The offset is 1 in gpt-oss and MiniMax-M3, 0 in
 * DeepSeek-V4.
 *
 * <p>The gate has no lower limit. The gradient through a clamped value is 0; at the limit itself it
 * passes, as in PyTorch's {@code clamp}.
 *
 * <p>Source: {@code swiglu} in openai/gpt-oss {@code gpt_oss/torch/model.py}; {@code GptOssExperts}
 * in {@code transformers/models/gpt_oss}, {@code DeepseekV4Experts} in {@code deepseek_v4}, {@code
 * MiniMaxM3VLExperts} in {@code minimax_m3_vl}.
 *
 * @param alpha steepness of the sigmoid, above 0; with 1, and values within the limits, {@code
 *     g·sigmoid(g)} is SiLU
 * @param limit largest gate and largest magnitude of the linear half, above 0
 * @param offset added to the linear half after clamping
 */
public record ClampedSwiGlu(double alpha, double limit, double offset) implements GluCombination {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ClampedSwiGlu {
    Require.that(
        alpha > 0 && Double.isFinite(alpha), "alpha must be finite and above 0 but was %s", alpha);
    Require.that(limit > 0, "limit must be above 0 but was %s", limit);
    Require.finite("offset", offset);
  }

  /** With offset 1, as gpt-oss and MiniMax-M3. */
  public ClampedSwiGlu(double alpha, double limit) {
    this(alpha, limit, 1);
  }

  /** That of gpt-oss: alpha 1.702, limit 7. */
  public static ClampedSwiGlu gptOss() {
    return new ClampedSwiGlu(1.702, 7);
  }

  /** That of DeepSeek-V4, {@code silu(g)·u}; the published limit is 10. */
  public static ClampedSwiGlu deepSeekV4(double limit) {
    return new ClampedSwiGlu(1, limit, 0);
  }

  @Override
  public void values(double[] gate, double[] up, double[] hidden) {
    for (int i = 0; i < hidden.length; i++) {
      double g = Math.min(gate[i], limit);
      hidden[i] = (clampedUp(up[i]) + offset) * g / (1 + Exp.exp(-alpha * g));
    }
  }

  @Override
  public void gradients(
      double[] gate, double[] up, double[] dHidden, double[] dGate, double[] dUp) {
    for (int i = 0; i < dHidden.length; i++) {
      double g = Math.min(gate[i], limit);
      double sigmoid = Exp.sigmoid(alpha * g);
      double slope = sigmoid * (1 + alpha * g * (1 - sigmoid));
      dGate[i] = gate[i] > limit ? 0 : dHidden[i] * (clampedUp(up[i]) + offset) * slope;
      dUp[i] = Math.abs(up[i]) > limit ? 0 : dHidden[i] * g * sigmoid;
    }
  }

  private double clampedUp(double up) {
    return Math.max(-limit, Math.min(up, limit));
  }
}
