package io.github.moe4j.core.internal;

import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Matrix products straight into an existing result, on contiguous matrices and parts of them.
 *
 * <p>These are the only products of the library: {@code mmul} allocates a temporary and copies it.
 * {@code -Dmoe4j.blas=nd4j} makes them by ND4J's interface on every backend.
 */
public final class Gemm {
  /** Products of at most so many rows are cheaper without BLAS's copy of the right factor. */
  public static final int FEW_ROWS = 16;

  /** m·n·k from which a product is worth several threads. */
  private static final double LARGE = 1 << 22;

  private static final int TILE_ROWS = 512;
  private static final int TILE_COLUMNS = 256;

  private static final Blas BLAS = choose();

  private Gemm() {}

  private static Blas choose() {
    return Kernels.chosen()
        .<Blas>map(kernels -> new VectorBlas(kernels, library()))
        .orElseGet(Gemm::warnedLibrary);
  }

  private static Blas library() {
    return "nd4j".equals(System.getProperty("moe4j.blas")) || !OpenBlas.isThere()
        ? new Nd4jBlas()
        : OpenBlas.create();
  }

  private static Blas warnedLibrary() {
    if (OpenBlas.isThere()) {
      OpenBlasVersion.warnIfOld(OpenBlas.vendor());
    }
    return library();
  }

  /**
   * {@code c = op(a)·op(b) + beta·c}; a product without elements does nothing.
   *
   * @param a left factor. Not modified.
   * @param b right factor. Not modified.
   * @param c result, in other memory. Modified.
   */
  public static void multiply(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray c) {
    if (!c.isEmpty() && !a.isEmpty()) {
      multiply(Matrix.of(a), transposeA, Matrix.of(b), transposeB, beta, Matrix.of(c));
    }
  }

  /** The same of parts of arrays. */
  public static void multiply(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
    multiply(BLAS, a, transposeA, b, transposeB, beta, c);
  }

  /** The same by a given library. */
  static void multiply(
      Blas blas,
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double beta,
      Matrix c) {
    int inner = transposeA ? a.rows() : a.columns();
    boolean fits = c.rows() == (transposeA ? a.columns() : a.rows())
        && c.columns() == (transposeB ? b.rows() : b.columns())
        && inner == (transposeB ? b.columns() : b.rows())
        && a.type() == c.type()
        && b.type() == c.type();
    if (!fits) {
      throw new IllegalArgumentException(String.format(
          "shapes of a matrix product must match but were %s %s[%d, %d] · %s %s[%d, %d] into %s [%d, %d]",
          a.type(),
          transposeA ? "transposed " : "",
          a.rows(),
          a.columns(),
          b.type(),
          transposeB ? "transposed " : "",
          b.rows(),
          b.columns(),
          c.type(),
          c.rows(),
          c.columns()));
    }
    if (!c.isEmpty() && inner > 0) {
      blas.multiply(a, transposeA, b, transposeB, beta, c);
    }
  }

  /**
   * The same of arrays, by several Java threads if it is large; the bits do not depend on how many.
   */
  public static void multiplyInParallel(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, double beta, INDArray c) {
    if (c.isEmpty() || a.isEmpty()) {
      return;
    }
    Matrix left = Matrix.of(a);
    Matrix right = Matrix.of(b);
    Matrix result = Matrix.of(c);
    int inner = transposeA ? left.rows() : left.columns();
    if ((double) result.rows() * result.columns() * inner < LARGE) {
      multiply(left, transposeA, right, transposeB, beta, result);
      return;
    }
    int down = (result.rows() + TILE_ROWS - 1) / TILE_ROWS;
    int across = (result.columns() + TILE_COLUMNS - 1) / TILE_COLUMNS;
    SingleThreadedBlas lease = SingleThreadedBlas.lease();
    try {
      Parallel.tasks(down * across, (worker, tile) -> {
        int top = tile / across * TILE_ROWS;
        int bottom = Math.min(result.rows(), top + TILE_ROWS);
        int first = tile % across * TILE_COLUMNS;
        int last = Math.min(result.columns(), first + TILE_COLUMNS);
        multiply(
            transposeA ? left.columns(top, bottom) : left.rows(top, bottom),
            transposeA,
            transposeB ? right.rows(first, last) : right.columns(first, last),
            transposeB,
            beta,
            result.rows(top, bottom).columns(first, last));
      });
    } finally {
      lease.close();
    }
  }

  /** The library that makes the products. */
  static Blas blas() {
    return BLAS;
  }

  /**
   * Whether several threads may multiply {@linkplain #FEW_ROWS few rows} at once without a {@link
   * SingleThreadedBlas}.
   */
  public static boolean fewRowsInOneThread() {
    return BLAS.fewRowsInOneThread();
  }

  /** The rows {@code [from, to)} of a contiguous matrix as an array of their own; no copy. */
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
}
