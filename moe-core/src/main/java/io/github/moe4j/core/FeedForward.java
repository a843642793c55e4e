package io.github.moe4j.core;

import org.nd4j.linalg.api.buffer.DataType;

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
   * @param input tokens x [T,D]. Not modified; must not change until the backward pass is done.
   * @return the pass; close it to let the next pass reuse its memory
   */
  FeedForwardPass forward(TokenBatch input);
}
