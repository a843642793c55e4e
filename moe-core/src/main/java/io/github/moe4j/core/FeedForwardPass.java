package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a {@link FeedForward}: outputs and backward.
 *
 * <p>The outputs belong to the caller and stay valid after the pass. The data needed for the
 * backward is in borrowed memory, which is returned after the backward or when the pass is closed; an
 * evaluation returns it before {@code forward} returns. For a pass without backward or close it is
 * returned after the pass becomes unreachable.
 */
public interface FeedForwardPass extends AutoCloseable {
  /**
   * Outputs [T,D], owned by the caller, valid after {@link #close} too; a padded token gets zero, or,
   * if the layer has a residual connection, the token itself.
   */
  INDArray y();

  /**
   * Runs the backward pass, once.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of x [T,D], contiguous; may be dy or y itself, but must not partly overlap
   *     either, nor overlap x, parameters or gradients. Modified: the result is added.
   * @param into gradients named like the layer's parameters. Modified: the result is added.
   * @throws IllegalStateException if it ran before, the pass is closed, or it is an evaluation that is
   *     not {@linkplain TokenBatch#differentiable differentiable}
   * @throws IllegalArgumentException if an array does not fit, is closed or in a closed workspace, or
   *     shares memory where it must not; nothing is changed then
   */
  void backward(INDArray dy, INDArray dx, Gradients into);

  /** Returns the memory of the pass; closing twice, or after backward, has no effect. */
  @Override
  void close();
}
