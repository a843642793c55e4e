package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
   * A copy of a part of a tensor: some indices of its first axis. By default all of it is read.
   *
   * @param type FLOAT or DOUBLE; numbers are converted
   * @param from first index
   * @param count indices, at least 1
   * @return of the tensor's shape, but for the first axis; contiguous in c order
   * @throws IOException if it cannot be read
   */
  default INDArray read(String name, DataType type, long from, long count) throws IOException {
    INDArray all = read(name, type);
    Require.that(
        from >= 0 && count >= 1 && from <= all.size(0) - count,
        "%s has %d indices on its first axis but %d from %d were asked for",
        name,
        all.size(0),
        count,
        from);
    return all.get(NDArrayIndex.interval(from, from + count)).dup('c');
  }

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

  /**
   * The stored bytes of a tensor, to be read where they lie.
   *
   * @return valid until the source is closed
   * @throws IOException if its file cannot be opened
   * @throws UnsupportedOperationException if the source is not made of files, as by default
   */
  default TensorBytes stored(String name) throws IOException {
    throw new UnsupportedOperationException(getClass().getName() + " is not made of files");
  }
}
