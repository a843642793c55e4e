package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the elements of an array lie, from the first to the last.
 *
 * @param from address of the first byte
 * @param to address after the last byte
 */
public record MemoryRange(long from, long to) {
  private static final MemoryRange EMPTY = new MemoryRange(0, 0);

  /** The range of an array that is not closed. */
  public static MemoryRange of(INDArray array) {
    if (array.isEmpty()) {
      return EMPTY;
    }
    long elements = 1;
    for (int axis = 0; axis < array.rank(); axis++) {
      elements += (array.size(axis) - 1) * array.stride(axis);
    }
    int width = array.data().getElementSize();
    long from = HostMemory.addressOf(array.data()) + array.offset() * width;
    return new MemoryRange(from, from + elements * width);
  }

  /** Whether both have a byte in common. */
  public boolean overlaps(MemoryRange other) {
    return from < other.to && other.from < to;
  }
}
