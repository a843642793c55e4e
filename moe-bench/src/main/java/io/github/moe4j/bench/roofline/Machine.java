package io.github.moe4j.bench.roofline;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The measured peak of the machine, with all processors.
 *
 * @param gflops large float32 GEMMs, 10^9 FLOP/s
 * @param readGigabytes memory read, 10^9 bytes per second
 * @param copyGigabytes memory copied, 10^9 bytes per second, counted once
 */
public record Machine(double gflops, double readGigabytes, double copyGigabytes) {
  /** Larger than any cache that two processors are likely to share. */
  private static final int LONGS = 1 << 26;

  private static final int[][] PRODUCTS = {{2048, 2048, 2048}, {4096, 512, 1792}};

  /**
   * Measures.
   *
   * @param runs of each kind of work; the best counts
   * @param watch counts {@link #measurements}, and may end it between two runs
   */
  static Machine measure(int runs, Watch watch) {
    double gflops = 0;
    for (int[] sizes : PRODUCTS) {
      gflops = Math.max(gflops, product(runs, watch, sizes[0], sizes[1], sizes[2]));
    }
    long[] source = new long[LONGS];
    long[] target = new long[LONGS];
    Arrays.setAll(source, i -> i);
    double bytes = (double) LONGS * Long.BYTES;
    AtomicLong sum = new AtomicLong();
    double read = RepeatedTimes.seconds(
        runs,
        watch,
        () -> halves((from, to) -> {
          long part = 0;
          for (int i = from; i < to; i++) {
            part += source[i];
          }
          sum.addAndGet(part); // keeps the loop from being eliminated
        }))[0];
    double copy = RepeatedTimes.seconds(
        runs,
        watch,
        () -> halves((from, to) -> System.arraycopy(source, from, target, from, to - from)))[0];
    return new Machine(gflops, bytes / read / 1e9, bytes / copy / 1e9);
  }

  /** What {@link #measure} times: the products in two ways, and memory. */
  static int measurements() {
    return 2 * PRODUCTS.length + 2;
  }

  private static void halves(Parallel.Range work) {
    Parallel.ranges(LONGS, 1, work);
  }

  /** The better of BLAS's own threads and of one product a Java thread. */
  private static double product(int runs, Watch watch, int m, int k, int n) {
    int threads = Runtime.getRuntime().availableProcessors();
    INDArray[] a = new INDArray[threads];
    INDArray[] c = new INDArray[threads];
    INDArray b = random(k, n);
    for (int i = 0; i < threads; i++) {
      a[i] = random(m, k);
      c[i] = Nd4j.create(DataType.FLOAT, m, n);
    }
    double flops = 2.0 * m * k * n;
    double own =
        RepeatedTimes.seconds(runs, watch, () -> Gemm.multiply(a[0], false, b, false, 0, c[0]))[0];
    SingleThreadedBlas lease = SingleThreadedBlas.lease();
    try {
      double each = RepeatedTimes.seconds(
          runs,
          watch,
          () -> Parallel.tasks(
              threads, (worker, i) -> Gemm.multiply(a[i], false, b, false, 0, c[i])))[0];
      return Math.max(flops / own, threads * flops / each) / 1e9;
    } finally {
      lease.close();
    }
  }

  private static INDArray random(long rows, long columns) {
    return Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(1), rows, columns);
  }
}
