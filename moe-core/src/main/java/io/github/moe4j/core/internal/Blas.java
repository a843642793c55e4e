package io.github.moe4j.core.internal;

/**
 * Matrix products of a backend: what the library asks of native code, and all that is special to
 * one. {@link Nd4jBlas} works on every backend and is the reference of the others.
 */
interface Blas {
  /**
   * {@code c = op(a)·op(b) + beta·c}, of matrices of one type that fit together and are not empty.
   *
   * @param a left factor. Not modified.
   * @param b right factor. Not modified.
   * @param c result, in other memory. Modified.
   */
  void multiply(Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c);

  /**
   * Whether products of few rows ({@link Gemm#FEW_ROWS}), and of as few terms in each sum, run in the
   * thread that asks for them, whatever the number of BLAS's own threads.
   */
  boolean fewRowsInOneThread();

  /** Number of BLAS's own threads, for the whole process. */
  int threads();

  /** Changes it. */
  void setThreads(int threads);
}
