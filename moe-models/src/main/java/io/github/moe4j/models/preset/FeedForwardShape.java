package io.github.moe4j.models.preset;

import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.internal.Require;

/**
 * A feed-forward network.
 *
 * @param hiddenWidth H
 * @param gated whether a third matrix gates the hidden layer
 * @param biases whether its projections have biases
 * @param activation of the hidden layer, or of the gate
 * @param clamped whether the gate is gpt-oss' clamped SwiGLU rather than the activation
 */
public record FeedForwardShape(
    int hiddenWidth, boolean gated, boolean biases, Activation activation, boolean clamped) {
  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public FeedForwardShape {
    Require.positive("hiddenWidth", hiddenWidth);
    Require.that(gated || !clamped, "clamped networks must be gated");
  }

  /** Gated, without biases. */
  public static FeedForwardShape gated(int hiddenWidth, Activation activation) {
    return new FeedForwardShape(hiddenWidth, true, false, activation, false);
  }

  /** SiLU, gated, without biases. */
  public static FeedForwardShape swiGlu(int hiddenWidth) {
    return gated(hiddenWidth, Activation.SILU);
  }

  /** Two matrices without biases. */
  public static FeedForwardShape plain(int hiddenWidth, Activation activation) {
    return new FeedForwardShape(hiddenWidth, false, false, activation, false);
  }

  /** Its parameters. */
  public Size size(int modelWidth) {
    int in = gated ? 2 : 1;
    long matrices = (in + 1L) * modelWidth * hiddenWidth;
    return new Size(matrices, biases ? (long) in * hiddenWidth + modelWidth : 0);
  }

  FeedForwardShape scaled(int from, int to) {
    return new FeedForwardShape(
        Scale.width(hiddenWidth, from, to), gated, biases, activation, clamped);
  }

  /** A description such as {@code gated SILU of width 14336}. */
  public String label() {
    return (gated ? "gated " : "plain ")
        + (clamped ? "clamped SwiGLU" : activation.name())
        + " of width "
        + hiddenWidth
        + (biases ? ", biases" : "");
  }
}
