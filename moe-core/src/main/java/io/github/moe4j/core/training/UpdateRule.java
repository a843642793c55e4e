package io.github.moe4j.core.training;

import java.util.List;

/**
 * An element-wise update rule of an optimizer. Immutable: moments are kept by the {@link Optimizer}. Your own
 * rule is one class.
 */
public interface UpdateRule {
  /** The name that checkpoints save, such as {@code adamw}. */
  String name();

  /**
   * Names of the arrays kept for a parameter, each of its shape and initially zero; the rules of the library use
   * PyTorch's names.
   */
  List<String> moments();

  /**
   * Updates one row of a parameter.
   *
   * @param rate the learning rate of this step
   * @param step number of this step, 1 for the first
   * @param parameter modified
   * @param gradient as long. May be used as scratch.
   * @param moments as long each, in the order of {@link #moments()}. Modified.
   */
  void update(double rate, long step, double[] parameter, double[] gradient, double[][] moments);
}
