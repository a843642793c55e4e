package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.kernel.Window;

/** A stored weight as products read it: a few rows at a time. For one thread. */
interface StoredWindow extends Window<float[]> {
  /** The window of a weight, whichever way it lies. */
  static StoredWindow of(StoredWeight weight) {
    return weight.transposed() ? new ColumnsWindow(weight) : new RowsWindow(weight);
  }

  /** Rejected: what is stored is not written. */
  @Override
  default void write(int row, int column, int count, float[] source, int at) {
    throw new UnsupportedOperationException("stored weights are not written");
  }
}
