package io.github.moe4j.bench.roofline;

import java.util.Arrays;

/** Times of work that is repeated. */
final class Medians {
  private Medians() {}

  /** Seconds of each of {@code runs} runs, in rising order, after a third as many to warm up. */
  static double[] seconds(int runs, Runnable work) {
    for (int i = 0; i < (runs + 2) / 3; i++) {
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
