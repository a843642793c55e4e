package io.github.moe4j.models.layout;

import io.github.moe4j.core.internal.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies rows between matrices of one width and type, bit by bit. */
final class RowCopy {
  private RowCopy() {}

  /**
   * Copies rows at a stride.
   *
   * @param source contiguous matrix. Not modified.
   * @param target contiguous matrix. Modified.
   */
  static void copy(
      INDArray source,
      long from,
      int sourceStride,
      INDArray target,
      long to,
      int targetStride,
      long count) {
    Rows in = Rows.of(source);
    Rows out = Rows.of(target);
    for (long r = 0; r < count; r++) {
      in.copy(from + r * sourceStride, out, to + r * targetStride);
    }
  }
}
