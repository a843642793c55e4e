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

  /**
   * {@code c = a·bᵀ} for a single row, as a matrix-vector product: it reads b once, where {@link
   * #multiply} first makes a copy of it.
   *
   * @param a one row [1,k]. Not modified.
   * @param b [n,k], contiguous. Not modified.
   * @param c one row [1,n]. Modified: overwritten.
   */
  public static void multiplyRow(INDArray a, INDArray b, INDArray c) {
    Require.shape("a", a, 1, b.size(1));
    Require.shape("c", c, 1, b.size(0));
    // Only untransposed: this call silently ignores 't' in ND4J M2.1.
    Nd4j.getBlasWrapper().level2().gemv('c', 'n', 1.0, b, vector(a), 0.0, vector(c));
  }

  private static INDArray vector(INDArray row) {
    long[] shape = {row.length()};
    return Nd4j.create(row.data(), shape, new long[] {1}, row.offset(), 'c');
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
