package io.github.moe4j.core.io;

import java.io.IOException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes an array at the time when it is written. */
@FunctionalInterface
public interface TensorSupplier {
  /**
   * An array of the shape that was announced, FLOAT or DOUBLE, any order. Called once a write; the array is
   * let go of afterwards, not closed.
   *
   * @throws IOException if it cannot be had; nothing is written then
   */
  INDArray get() throws IOException;
}
