package io.github.moe4j.core.internal;

import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * New arrays outside any workspace of the caller: one that belonged to a workspace would become
 * invalid when its scope ends.
 */
public final class Allocate {
  private Allocate() {}

  /** A zero array, contiguous in c order. */
  public static INDArray zeros(DataType type, long... shape) {
    return detached(() -> Nd4j.create(type, shape));
  }

  /** An array of arbitrary contents, contiguous in c order. */
  public static INDArray uninitialized(DataType type, long... shape) {
    INDArray array = detached(() -> Nd4j.createUninitialized(type, shape, 'c'));
    if (MemoryCheck.isOn()) {
      MemoryCheck.poison(array);
    }
    return array;
  }

  /** A copy, contiguous in c order. Not modified. */
  public static INDArray copy(INDArray array) {
    return detached(() -> array.dup('c'));
  }

  private static INDArray detached(Supplier<INDArray> create) {
    // The first allocation passes here, where a missing backend is detected.
    Backend.require();
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      return create.get();
    } finally {
      outside.close();
    }
  }
}
