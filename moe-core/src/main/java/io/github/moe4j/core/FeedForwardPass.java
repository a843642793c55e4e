package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a {@link FeedForward}: outputs and backward.
 *
 * <p>The outputs are the caller's and stay as they are, whatever becomes of the pass. What the pass
 * needs for its backward lies in borrowed memory, which it gives back when the backward is done or the
 * pass is closed; an evaluation gives it back before it returns. A pass that is neither closed nor
 * pulled back gives it back some time after the last reference to it is gone.
 */
public interface FeedForwardPass extends AutoCloseable {
  /**
   * Outputs [T,D], the caller's own, also after {@link #close}; a padded token gets zero, or where the
   * layer has a residual the token itself.
   */
  INDArray y();

  /**
   * Pulls a gradient back through the layer; once.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of x [T,D], contiguous; may be dy or y itself, but share memory with neither in
   *     part, nor any with x, parameters and gradients. Modified: the result is added.
   * @param into gradients named like the layer's parameters. Modified: the result is added.
   * @throws IllegalStateException if it ran before, the pass is closed, or it is an evaluation that was
   *     not {@linkplain TokenBatch#differentiable asked} for gradients
   * @throws IllegalArgumentException if an array does not fit, was closed, lies in a workspace that was
   *     left, or shares memory where it must not; nothing is changed then
   */
  void backward(INDArray dy, INDArray dx, Gradients into);

  /** Gives the memory of the pass back; closing twice, or after backward, does nothing more. */
  @Override
  void close();
}
