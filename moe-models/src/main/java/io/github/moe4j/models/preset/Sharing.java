package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;

/**
 * Shared experts.
 *
 * @param count of them
 * @param each one of them
 * @param gate whether a sigmoid of the token scales what they add (Qwen2-MoE)
 */
public record Sharing(int count, FeedForwardShape each, boolean gate) {
  /**
   * Checks the count.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Sharing {
    Require.positive("count", count);
  }

  /** Their parameters. */
  public Size size(int modelWidth) {
    return each.size(modelWidth).times(count).plus(Size.ofMatrices(gate ? modelWidth : 0));
  }

  Sharing scaled(int from, int to) {
    return new Sharing(count, each.scaled(from, to), gate);
  }
}
