package io.github.moe4j.bench.roofline;

import io.github.moe4j.cli.Watch;
import java.util.Arrays;

/** Times of work that is repeated. */
final class RepeatedTimes {
  private RepeatedTimes() {}

  /** Warm-up time for the JIT compiler. */
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private static final int LEAST_WARM_UPS = 3;

  /**
   * Seconds of each of {@code runs} runs, in rising order, after some to warm up.
   *
   * @param watch counts this as one, and may end it between two runs
   */
  static double[] seconds(int runs, Watch watch, Runnable work) {
    long begin = System.nanoTime();
    for (int i = 0; i < LEAST_WARM_UPS || System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      watch.leaveIfAsked();
      work.run();
    }
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
      watch.leaveIfAsked();
      long start = System.nanoTime();
      work.run();
      times[i] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(times);
    watch.step(1);
    return times;
  }
}
