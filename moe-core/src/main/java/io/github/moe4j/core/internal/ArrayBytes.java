package io.github.moe4j.core.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The bytes of an array's elements, without a copy. */
public final class ArrayBytes {
  private ArrayBytes() {}

  /**
   * Some elements of an array as bytes in native order. The array must stay reachable while they are used.
   *
   * @param array contiguous in c order
   * @param from first element
   * @param count elements
   * @throws IllegalArgumentException if there are 2 GiB or more
   */
  public static ByteBuffer of(INDArray array, long from, long count) {
    Objects.checkFromIndexSize(from, count, array.length());
    if (count == 0) {
      return ByteBuffer.allocate(0);
    }
    long bytes = count * array.dataType().width();
    Require.that(
        bytes <= Integer.MAX_VALUE, "bytes of one buffer must be below 2^31 but were %d", bytes);
    return HostMemory.part(HostMemory.of(array), from, count)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }
}
