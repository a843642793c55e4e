package io.github.moe4j.core.internal;

import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * New arrays outside any workspace of the caller: one that belonged to a workspace would become
 * invalid when its scope ends. All arrays of the library are made here, within the limits of {@link ArrayMemory}.
 */
public final class Allocate {
  private Allocate() {}

  /** A zero array, contiguous in c order. */
  public static INDArray zeros(DataType type, long... shape) {
    return detached(type, shape, () -> Nd4j.create(type, shape));
  }

  /** An array of arbitrary contents, contiguous in c order. */
  public static INDArray uninitialized(DataType type, long... shape) {
    INDArray array = detached(type, shape, () -> Nd4j.createUninitialized(type, shape, 'c'));
    if (MemoryCheck.isOn()) {
      MemoryCheck.poison(array);
    }
    return array;
  }

  /** A copy, contiguous in c order. Not modified. */
  public static INDArray copy(INDArray array) {
    return detached(array.dataType(), array.shape(), () -> array.dup('c'));
  }

  private static INDArray detached(DataType type, long[] shape, Supplier<INDArray> create) {
    // The first allocation passes here, where a missing backend is detected.
    Backend.require();
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      return ArrayMemory.ofProcess().allocate(type, shape, create);
    } finally {
      outside.close();
    }
  }
}
