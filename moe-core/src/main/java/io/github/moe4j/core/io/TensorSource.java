package io.github.moe4j.core.io;

import java.io.IOException;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Named tensors to read, such as those of a file. A source that opens files late may throw an
 * {@link java.io.UncheckedIOException} where no {@link IOException} is declared.
 */
public interface TensorSource {
  /** All names, in the order of the source. */
  Set<String> names();

  /** The shape of a tensor; an error that names it if there is none. */
  long[] shape(String name);

  /** How a tensor is stored; an error that names it if there is none. */
  TensorType type(String name);

  /**
   * A copy of a tensor, contiguous in c order.
   *
   * @param type FLOAT or DOUBLE; numbers are converted
   * @throws IOException if it cannot be read
   */
  INDArray read(String name, DataType type) throws IOException;
}
