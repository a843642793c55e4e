package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer from tokens [T,D] to tokens [T,D]: a {@link MoeLayer} or a dense network. */
public interface FeedForward extends Parameterized {
  /** Model width D. */
  int modelWidth();

  /** Type of the tokens it reads and writes: that of its parameters, unless it says otherwise. */
  default DataType dataType() {
    return parameters().dataType();
  }

  /**
   * Runs the layer.
   *
   * @param input tokens x [T,D]. Not modified; must neither change nor be closed until the backward
   *     pass is done.
   * @return the outputs, in a new array owned by the caller, and their backward
   */
  default FeedForwardPass forward(TokenBatch input) {
    return forward(input, Allocate.uninitialized(input.dataType(), input.x().shape()));
  }

  /**
   * Runs the layer and writes its outputs into an array of the caller; the pass then
   * allocates only scratch memory.
   *
   * @param input tokens x [T,D]. Not modified; must neither change nor be closed until the backward
   *     pass is done.
   * @param y receives the outputs [T,D]: of the type of x, contiguous in c order, not overlapping x or
   *     the parameters. Modified: overwritten.
   * @throws IllegalArgumentException if an array has another shape or type, is closed or in a
   *     closed workspace, or y shares memory with x or a parameter; nothing is changed then
   */
  FeedForwardPass forward(TokenBatch input, INDArray y);
}
