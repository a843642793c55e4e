package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays that claim more memory than they have, for what depends on their size alone. */
final class ClaimedArrays {
  private ClaimedArrays() {}

  /** An array of a shape in c order, of whose elements only the first may be read. */
  static INDArray create(DataType type, long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return Nd4j.create(Nd4j.zeros(type, 1).data(), shape, strides, 0, 'c');
  }
}
