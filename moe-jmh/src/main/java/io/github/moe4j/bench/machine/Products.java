package io.github.moe4j.bench.machine;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.internal.Gemm;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rates of float32 matrix products, 10^9 FLOP/s. */
final class Products {
  private final RateMeter meter;
  private final INDArray[] a = new INDArray[RateMeter.threads()];
  private final INDArray[] c = new INDArray[RateMeter.threads()];
  private final INDArray b;
  private final double gflop;

  /** Products of {@code [m,k]} by {@code [k,n]}, of which each thread has its own. */
  Products(RateMeter meter, int m, int k, int n) {
    this.meter = meter;
    this.b = random(k, n);
    for (int i = 0; i < a.length; i++) {
      a[i] = random(m, k);
      c[i] = Nd4j.create(DataType.FLOAT, m, n);
    }
    this.gflop = 2e-9 * m * k * n;
  }

  private static INDArray random(long rows, long columns) {
    return Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(1), rows, columns);
  }

  /** By ND4J's BLAS library on its own threads. */
  double byBlas() {
    return rate(1, i -> Nd4j.gemm(a[i], b, c[i], false, false, 1, 0));
  }

  /** By ND4J's BLAS library, a product a Java thread. */
  double byBlasInEachThread() {
    int before = Nd4j.factory().blas().getMaxThreads();
    Nd4j.factory().blas().setMaxThreads(1);
    try {
      return rate(a.length, i -> Nd4j.gemm(a[i], b, c[i], false, false, 1, 0));
    } finally {
      Nd4j.factory().blas().setMaxThreads(before);
    }
  }

  /** By what makes the products of layers in this JVM, a product a Java thread. */
  double byLayers() {
    return rate(a.length, i -> Gemm.multiply(a[i], false, b, false, 0, c[i]));
  }

  private double rate(int workers, IntConsumer product) {
    double perSecond = meter.on(workers, 0, (worker, sample) -> {
      for (int i = 0; i < sample.rounds(); i++) {
        product.accept(worker);
      }
      return 0;
    });
    return perSecond * gflop;
  }
}
