package io.github.moe4j.core.internal;

import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products straight into an existing result, on contiguous matrices and row blocks of them.
 *
 * <p>This is the only product the library uses: {@code mmul} allocates a temporary and copies it.
 */
public final class Gemm {
  private Gemm() {}

  /**
   * {@code c = op(a)·op(b) + beta·c}; a product without elements does nothing.
   *
   * @param a left factor. Not modified.
   * @param b right factor. Not modified.
   * @param c result. Modified.
   */
  public static void multiply(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray c) {
    if (!c.isEmpty() && !a.isEmpty()) {
      Nd4j.gemm(a, b, c, transposeA, transposeB, 1.0, beta);
    }
  }

  /** The rows {@code [from, to)} of a contiguous matrix as a matrix of their own; no copy. */
  public static INDArray rows(INDArray matrix, long from, long to) {
    Objects.checkFromToIndex(from, to, matrix.size(0));
    long width = matrix.size(1);
    if (from == 0 && to == matrix.size(0)) {
      return matrix;
    }
    if (from == to) {
      return Allocate.zeros(matrix.dataType(), 0, width);
    }
    return Nd4j.create(
        matrix.data(),
        new long[] {to - from, width},
        new long[] {width, 1},
        matrix.offset() + from * width,
        'c');
  }

  /** Matrix {@code index} of a contiguous stack of matrices [E, m, n]; no copy. */
  public static INDArray slice(INDArray stack, long index) {
    Objects.checkIndex(index, stack.size(0));
    long m = stack.size(1);
    long n = stack.size(2);
    return Nd4j.create(
        stack.data(), new long[] {m, n}, new long[] {n, 1}, stack.offset() + index * m * n, 'c');
  }
}
