package io.github.moe4j.core.internal;

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

  /** The address where a buffer begins. */
  static long addressOf(DataBuffer data) {
    Backend.require();
    return data.address();
  }
}
