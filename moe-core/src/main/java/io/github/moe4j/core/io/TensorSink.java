package io.github.moe4j.core.io;

import java.io.IOException;
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
}
