package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Named tensors to read, such as those of a file. A source that opens files lazily may throw an
 * {@link java.io.UncheckedIOException} where no {@link IOException} is declared.
 */
public interface TensorSource {
  /** All names, in the order of the source. */
  Set<String> names();

  /**
   * The shape of a tensor.
   *
   * @throws IllegalArgumentException if there is none; the message names it
   */
  long[] shape(String name);

  /**
   * How a tensor is stored.
   *
   * @throws IllegalArgumentException if there is none; the message names it
   */
  TensorType type(String name);

  /**
   * A copy of a tensor, contiguous in c order.
   *
   * @param type FLOAT or DOUBLE; numbers are converted
   * @throws IOException if it cannot be read
   */
  INDArray read(String name, DataType type) throws IOException;

  /**
   * Some of the stored bytes of a tensor, in c order and little-endian.
   *
   * @param from first byte, counted from that of the first element
   * @param count bytes
   * @return read-only, with room for these bytes alone; valid until the source is closed
   * @throws IOException if they cannot be read
   * @throws UnsupportedOperationException if the source has none, as by default
   */
  default ByteBuffer bytes(String name, long from, int count) throws IOException {
    throw new UnsupportedOperationException(getClass().getName() + " has no stored bytes");
  }
}
