package io.github.moe4j.bench.roofline;

import java.util.Arrays;

/** Times of work that is repeated. */
final class Medians {
  private Medians() {}

  /** Work is repeated so long before it is timed: compilers take their time. */
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private static final int LEAST_WARM_UPS = 3;

  /** Seconds of each of {@code runs} runs, in rising order, after some to warm up. */
  static double[] seconds(int runs, Runnable work) {
    long begin = System.nanoTime();
    for (int i = 0; i < LEAST_WARM_UPS || System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      work.run();
    }
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
      long start = System.nanoTime();
      work.run();
      times[i] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(times);
    return times;
  }

  /** The middle one of sorted times. */
  static double of(double[] sorted) {
    return sorted[sorted.length / 2];
  }
}
