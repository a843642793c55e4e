package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rows of all experts [R,n], or as many as one block needs, opened to products and other work. */
public final class ExpertRows {
  private final INDArray array;
  private final Matrix matrix;
  private final @Nullable Rows rows;

  /**
   * Rows over an array.
   *
   * @param array [R,n], contiguous. Kept.
   */
  public ExpertRows(INDArray array) {
    this.array = array;
    this.matrix = Matrix.of(array);
    this.rows = array.isEmpty() ? null : Rows.of(array);
  }

  /** The array itself. */
  public INDArray array() {
    return array;
  }

  /** The rows of a block. */
  public RowWindow of(RowBlock block) {
    return window(block.from(), block.to());
  }

  /** The first {@code count} rows. */
  public RowWindow first(int count) {
    return window(0, count);
  }

  private RowWindow window(int from, int to) {
    return new RowWindow(matrix.rows(from, to), Objects.requireNonNull(rows), from, to);
  }
}
