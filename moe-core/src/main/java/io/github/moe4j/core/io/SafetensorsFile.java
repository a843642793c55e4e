package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An open file in the safetensors format, mapped into memory. Opening reads and checks only the header;
 * {@link #read} copies one tensor out of the file.
 *
 * <p>Several threads may read at once. Replacing the file by another, as {@link SafetensorsWriter} does, does not
 * affect it. The file must not be modified or truncated: a read of a truncated file is rejected, but truncation
 * during a read can crash the process, as with every mapped file.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {
  private final Path file;
  private final Header header;
  private final long dataBegin;
  private final OpenFile opened;

  private SafetensorsFile(Path file, Header header, long dataBegin, OpenFile opened) {
    this.file = file;
    this.header = header;
    this.dataBegin = dataBegin;
    this.opened = opened;
  }

  static SafetensorsFile open(Path file) throws IOException {
    OpenFile opened = OpenFile.of(file);
    try {
      long headerBytes = headerBytes(file, opened);
      byte[] text = opened.bytes(Long.BYTES, (int) headerBytes);
      long dataBegin = Long.BYTES + headerBytes;
      Header header = Header.read(file, text, opened.length() - dataBegin);
      return new SafetensorsFile(file, header, dataBegin, opened);
    } catch (Throwable e) {
      opened.close();
      throw e;
    }
  }

  private static long headerBytes(Path file, OpenFile opened) throws IOException {
    long length = opened.length();
    if (length < Long.BYTES) {
      ForeignFile.refuse(file, opened.bytes(0, (int) length));
      throw new SafetensorsException(
          "%s: must begin with 8 bytes of the header's length but has %d bytes"
              .formatted(file, length));
    }
    long bytes = ByteBuffer.wrap(opened.bytes(0, Long.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
    if (Long.compareUnsigned(bytes, Header.MOST_BYTES) > 0) {
      ForeignFile.refuse(file, opened.bytes(0, (int) Math.min(length, ForeignFile.LOOKED_AT)));
      throw new SafetensorsException("%s: header must have at most %d bytes but declares %s"
          .formatted(file, Header.MOST_BYTES, Long.toUnsignedString(bytes)));
    }
    if (bytes > length - Long.BYTES) {
      throw new SafetensorsException(
          "%s: header declares %d bytes but %d follow".formatted(file, bytes, length - Long.BYTES));
    }
    return bytes;
  }

  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** The metadata of the file, in its order. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public long[] shape(String name) {
    return heading(name).shape().clone();
  }

  /** Where the first element of a tensor lies, in bytes. */
  long position(String name) {
    return dataBegin + heading(name).begin();
  }

  /** Bytes that a tensor takes in the file. */
  public long byteCount(String name) {
    TensorHeader heading = heading(name);
    return heading.end() - heading.begin();
  }

  /** The element type in the format's notation, such as F32 or I64. */
  public String dtype(String name) {
    return heading(name).dtype().name();
  }

  /**
   * How a tensor is stored.
   *
   * @throws UnsupportedOperationException if its element type is not supported; see {@link #dtype}
   */
  @Override
  public TensorType type(String name) {
    TensorHeader heading = heading(name);
    TensorType type = heading.dtype().type();
    if (type == null) {
      throw new UnsupportedOperationException(unreadable(name, heading));
    }
    return type;
  }

  private String unreadable(String name, TensorHeader heading) {
    return "%s: tensor %s has dtype %s; only F64, F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E8M0, U8, I32 and I64 can be read"
        .formatted(file, Shown.of(name), heading.dtype());
  }

  /**
   * A copy of a tensor, contiguous in c order.
   *
   * @param type FLOAT or DOUBLE; numbers are converted
   * @throws SafetensorsException if its element type is not supported; see {@link #dtype}
   * @throws IllegalStateException if the file was closed
   */
  @Override
  public INDArray read(String name, DataType type) throws IOException {
    Require.floating("type", type);
    TensorHeader heading = heading(name);
    TensorType stored = heading.dtype().type();
    if (stored == null) {
      throw new SafetensorsException(unreadable(name, heading));
    }
    return copy(heading, heading.shape(), stored, type, 0);
  }

  @Override
  public INDArray read(String name, DataType type, long from, long count) throws IOException {
    Require.floating("type", type);
    long[] shape = shape(name);
    TensorType stored = type(name);
    Require.that(
        shape.length > 0 && from >= 0 && count >= 1 && from <= shape[0] - count,
        "%s has shape %s but %d indices from %d of its first axis were asked for",
        name,
        Arrays.toString(shape),
        count,
        from);
    shape[0] = 1;
    long each = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    shape[0] = count;
    return copy(heading(name), shape, stored, type, from * each * stored.bytes());
  }

  private INDArray copy(
      TensorHeader heading, long[] shape, TensorType stored, DataType type, long skipped)
      throws IOException {
    MappedBytes bytes = opened.mapped();
    if (heading.begin() == heading.end()) {
      return Allocate.zeros(type, shape);
    }
    INDArray array = Allocate.uninitialized(type, shape);
    copy(bytes, dataBegin + heading.begin() + skipped, stored, array);
    return array;
  }

  @Override
  public ByteBuffer bytes(String name, long from, int count) throws IOException {
    TensorHeader heading = heading(name);
    long all = heading.end() - heading.begin();
    Require.that(
        from >= 0 && count >= 0 && from <= all - count,
        "%s has %d bytes but %d from %d were asked for",
        name,
        all,
        count,
        from);
    return opened.mapped().bytes(dataBegin + heading.begin() + from, count);
  }

  @Override
  public TensorBytes stored(String name) {
    TensorHeader heading = heading(name);
    opened.requireMapped();
    return new MappedTensor(opened, dataBegin + heading.begin(), heading.end() - heading.begin());
  }

  private static void copy(MappedBytes bytes, long begin, TensorType stored, INDArray array) {
    Elements elements = new Elements(array, stored);
    long count = array.length();
    long done = 0;
    while (done < count) {
      ByteBuffer piece = bytes.elements(begin + done * stored.bytes(), stored.bytes(), (int)
          Math.min(Elements.PIECE, count - done));
      int moved = piece.remaining() / stored.bytes();
      elements.put(done, piece);
      done += moved;
    }
  }

  private TensorHeader heading(String name) {
    TensorHeader heading = header.tensors().get(name);
    if (heading == null) {
      throw new IllegalArgumentException("%s has no tensor %s; it has %d tensors"
          .formatted(file, Shown.of(name), header.tensors().size()));
    }
    return heading;
  }

  /**
   * Releases the file; names, shapes and metadata stay. A read in progress on another thread completes. The mapping
   * itself is released by garbage collection: until then Windows will not delete the file, other systems will.
   */
  @Override
  public void close() {
    opened.close();
  }
}
