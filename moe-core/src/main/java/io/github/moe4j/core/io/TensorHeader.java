package io.github.moe4j.core.io;

/**
 * What a header says of a tensor.
 *
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 */
record TensorHeader(Dtype dtype, long[] shape, long begin, long end) {
  /**
   * Bytes of so many elements.
   *
   * @throws ArithmeticException with a reason if they are no number of bytes below 2^63
   */
  static long bytes(Dtype dtype, long[] shape) {
    // Axes of length 0 do not hide that the others are too large: no array could be made of them.
    long elements = 1;
    boolean empty = false;
    for (long length : shape) {
      empty |= length == 0;
      elements = Math.multiplyExact(elements, Math.max(1, length));
    }
    long bits = Math.multiplyExact(elements, (long) dtype.bits());
    if (empty) {
      return 0;
    }
    if (bits % Byte.SIZE != 0) {
      throw new ArithmeticException("not whole bytes");
    }
    return bits / Byte.SIZE;
  }
}
