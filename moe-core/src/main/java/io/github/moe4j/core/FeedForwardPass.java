package io.github.moe4j.core;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a {@link FeedForward}: outputs and backward.
 *
 * <p>Its arrays lie in borrowed memory: after {@link #close} they may change at any time, so copy
 * what must live longer. A run that is never closed is safe, but its memory is not reused.
 */
public interface FeedForwardPass extends AutoCloseable {
  /**
   * Outputs [T,D], not to be closed; a padded token gets zero, or where the layer has a residual the
   * token itself.
   */
  INDArray y();

  /**
   * The passes of the Mixture-of-Experts layers in this one, outer before inner; none in a dense
   * layer. Balance losses read their decisions and {@linkplain MoePass#addBalance give them}
   * gradients before backward.
   */
  List<MoePass> moe();

  /**
   * Pulls a gradient back through the layer.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of x [T,D]. Modified: the result is added.
   * @param into gradients named like the layer's parameters. Modified: the result is added.
   */
  void backward(INDArray dy, INDArray dx, Gradients into);

  /** Returns the memory of the pass. */
  @Override
  void close();
}
