package io.github.moe4j.core.io;

import java.io.IOException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Supplies an array when it is written. */
@FunctionalInterface
public interface TensorSupplier {
  /**
   * An array of the declared shape, FLOAT or DOUBLE, any order. Called once per write; the array is not
   * closed afterwards.
   *
   * @throws IOException if it cannot be provided; nothing is written then
   */
  INDArray get() throws IOException;
}
