package io.github.moe4j.conformance.family;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Matrices made wider by columns of zeros, and narrow again. */
final class Widths {
  private Widths() {}

  /** A copy with columns of zeros at the end. */
  static INDArray widened(INDArray matrix, long width) {
    INDArray wide = Nd4j.zeros(DataType.DOUBLE, matrix.size(0), width);
    wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, matrix.size(1))).assign(matrix);
    return wide;
  }

  /**
   * A matrix of some rows, with columns of zeros at the end.
   *
   * @param values row-major [rows·columns]. Not modified.
   */
  static INDArray of(double[] values, int rows, int columns, int width) {
    return rows == 0
        ? Nd4j.create(DataType.DOUBLE, 0, width)
        : widened(Nd4j.createFromArray(values).reshape('c', rows, columns), width);
  }

  /** A copy of the first columns. */
  static INDArray narrowed(INDArray matrix, long width) {
    return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(0, width)).dup('c');
  }
}
