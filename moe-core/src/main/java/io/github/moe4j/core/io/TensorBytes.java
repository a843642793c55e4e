package io.github.moe4j.core.io;

/**
 * The stored bytes of a tensor, in c order and little-endian, read piece by piece where they lie: nothing is kept, and
 * nothing is read before it is asked for. Thread-safe; valid until the source is closed.
 *
 * <p>To read bytes is fast and checks the indices alone. Whether the file is still the one that was opened is asked of
 * {@link #file}, before a number of reads and after them.
 */
public interface TensorBytes {
  /** Number of bytes. */
  long length();

  /**
   * Copies bytes.
   *
   * @param from first byte, counted from that of the first element
   * @param target Modified: {@code count} bytes from {@code at} on.
   * @throws IndexOutOfBoundsException if the tensor or the array is shorter
   * @throws IllegalStateException if the source was closed
   */
  void get(long from, byte[] target, int at, int count);

  /**
   * Copies float32 numbers.
   *
   * @param from first byte, counted from that of the first element
   * @param target Modified: {@code count} elements from {@code at} on.
   * @throws IndexOutOfBoundsException if the tensor or the array is shorter
   * @throws IllegalStateException if the source was closed
   */
  void get(long from, float[] target, int at, int count);

  /** The file that has the bytes. */
  StoredFile file();
}
