package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Takes named tensors, such as those of a file to write. */
public interface TensorSink {
  /**
   * Adds a tensor.
   *
   * @param name not used yet
   * @param array FLOAT or DOUBLE, any order. Not modified.
   * @param type how to store it; numbers are rounded to the nearest, ties to even
   * @throws IOException if it cannot be written
   */
  void put(String name, INDArray array, TensorType type) throws IOException;

  /**
   * Adds a tensor as the bytes to store.
   *
   * @param name not used yet
   * @param shape not modified
   * @param type whose numbers the bytes are, in c order and little-endian
   * @param bytes all of them, from position to limit. Neither modified nor copied: must not change
   *     before the tensor is written.
   * @throws IOException if they cannot be written
   * @throws UnsupportedOperationException if the sink takes no bytes, as by default
   */
  default void putBytes(String name, long[] shape, TensorType type, ByteBuffer bytes)
      throws IOException {
    throw new UnsupportedOperationException(getClass().getName() + " takes no bytes");
  }
}
