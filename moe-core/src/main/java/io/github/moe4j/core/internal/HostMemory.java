package io.github.moe4j.core.internal;

import java.nio.Buffer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of an array in host memory. Whatever reads or writes them without ND4J begins here,
 * where a backend that keeps them elsewhere is refused.
 */
public final class HostMemory {
  private HostMemory() {}

  /**
   * Where the elements of an array begin, for one that has any.
   *
   * @throws IllegalStateException if the backend does not keep its arrays in host memory
   */
  public static Pointer of(INDArray array) {
    Backend.require();
    return array.data().addressPointer();
  }

  /**
   * Some elements of an array as a buffer of their type in native order. The array must stay reachable while it is used.
   *
   * @param from first element
   * @param count elements, of less than 2 GiB
   */
  public static Buffer buffer(INDArray array, long from, long count) {
    return part(of(array), from, count).asBuffer();
  }

  /**
   * A pointer to some elements. By an address of its own: of one with a position JavaCPP makes a buffer that has the bytes
   * before it too, and ends at 2 GiB.
   */
  static Pointer part(Pointer all, long from, long count) {
    return all.getPointer(from).capacity(count);
  }

  /** The address where a buffer begins. */
  static long addressOf(DataBuffer data) {
    Backend.require();
    return data.address();
  }
}
