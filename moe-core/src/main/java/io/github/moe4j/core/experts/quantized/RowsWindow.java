package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

/** A weight whose outputs are rows of the stored matrix. */
final class RowsWindow implements StoredWindow {
  private final StoredWeight weight;
  private final StoredMatrix.Reader reader;

  RowsWindow(StoredWeight weight) {
    this.weight = weight;
    this.reader = weight.matrix().reader();
  }

  @Override
  public void read(int row, int column, int count, float[] target, int at) {
    reader.read(
        stored(row), weight.firstColumn() + column, count, target, at, Math.max(1, count), 0);
  }

  @Override
  public void readSegments(int first, int count, int column, int terms, float[] target, int apart) {
    for (int r = 0; r < count; r++) {
      reader.read(
          stored(first + r),
          weight.firstColumn() + column,
          terms,
          target,
          r * SEGMENT,
          SEGMENT,
          apart * SEGMENT);
    }
  }

  private long stored(int row) {
    return weight.firstRow() + (long) row * weight.step();
  }
}
