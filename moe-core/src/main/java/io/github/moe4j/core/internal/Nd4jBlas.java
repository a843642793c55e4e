package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products by ND4J's own interface: on any backend, with views and copies that cost their time. */
final class Nd4jBlas implements Blas {
  @Override
  public void multiply(
      Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
    INDArray target = c.view();
    // ND4J's gemm takes results that lie in one piece.
    INDArray result = Contiguous.of(target);
    Nd4j.gemm(
        Contiguous.of(a.view()),
        Contiguous.of(b.view()),
        result,
        transposeA,
        transposeB,
        1.0,
        beta);
    if (result != target) {
      target.assign(result);
    }
  }

  @Override
  public boolean fewRowsInOneThread() {
    return false;
  }

  @Override
  public int threads() {
    return Nd4j.factory().blas().getMaxThreads();
  }

  @Override
  public void setThreads(int threads) {
    Nd4j.factory().blas().setMaxThreads(threads);
  }
}
