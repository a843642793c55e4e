package io.github.moe4j.core.internal;

import io.github.moe4j.core.internal.kernel.KernelProduct;
import io.github.moe4j.core.internal.kernel.KernelProduct.Factor;
import io.github.moe4j.core.internal.kernel.KernelProduct.Result;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.lang.ref.Reference;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Products by vector instructions of the JVM, in the thread that asks for them. A row of a result has the
 * same bits whatever rows are computed with it.
 */
final class VectorBlas implements Blas {
  private final KernelProduct<float[]> floats;
  private final KernelProduct<double[]> doubles;
  private final Blas other;

  /**
   * Products by kernels.
   *
   * @param other for what they do not do: matrices of 2 GB and more, and other factors of c than 0 and 1
   */
  VectorBlas(Kernels kernels, Blas other) {
    this.floats = new KernelProduct<>(kernels.floats(), kernels.floatRooms());
    this.doubles = new KernelProduct<>(kernels.doubles(), kernels.doubleRooms());
    this.other = other;
  }

  @Override
  public void multiply(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
    if (beta != 0 && beta != 1 || isHuge(a) || isHuge(b) || isHuge(c)) {
      other.multiply(a, transposeA, b, transposeB, beta, c);
      return;
    }
    int k = transposeA ? a.rows() : a.columns();
    if (c.type() == DataType.FLOAT) {
      floats.multiply(
          c.rows(),
          c.columns(),
          k,
          new Factor<>(a.floats(), transposeA),
          new Factor<>(b.floats(), transposeB),
          new Result<>(c.floats(), beta == 1));
    } else {
      doubles.multiply(
          c.rows(),
          c.columns(),
          k,
          new Factor<>(a.doubles(), transposeA),
          new Factor<>(b.doubles(), transposeB),
          new Result<>(c.doubles(), beta == 1));
    }
    Reference.reachabilityFence(a.array());
    Reference.reachabilityFence(b.array());
    Reference.reachabilityFence(c.array());
  }

  /** Whether its bytes are too many for one buffer. */
  private static boolean isHuge(Matrix matrix) {
    return (long) matrix.rows() * matrix.stride() > Integer.MAX_VALUE / Double.BYTES;
  }

  @Override
  public boolean fewRowsInOneThread() {
    return true;
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public void setThreads(int threads) {
    // There are no threads but the caller's.
  }
}
