package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;

/**
 * What makes hidden values of the projections before them, element by element. Arrays are of one
 * length, and none is another.
 */
public interface HiddenFunction {
  /**
   * The hidden values.
   *
   * @param projected values of each projection. Not modified.
   * @param hidden Modified: overwritten.
   */
  void values(double[][] projected, double[] hidden);

  /** The same of float32 values. */
  void values(float[][] projected, float[] hidden);

  /**
   * The gradients of the projections.
   *
   * @param projected values of each projection. May be used as scratch.
   * @param dHidden gradient of the hidden values. Not modified.
   * @param dProjected gradient of each projection. Modified: overwritten.
   */
  void gradients(double[][] projected, double[] dHidden, double[][] dProjected);

  /** The same of float32 values. */
  void gradients(float[][] projected, float[] dHidden, float[][] dProjected);

  /**
   * Expert networks with this function.
   *
   * @param arrays named as {@link HiddenLayer#parameters}; they become the live parameters
   * @param dropout rate of hidden values dropped in training
   */
  Experts networks(NamedArrays arrays, double dropout);
}
