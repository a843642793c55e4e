package io.github.moe4j.bench.roofline;

import io.github.moe4j.cli.Watch;
import java.util.ArrayList;
import java.util.List;

/** Times of work that is repeated. */
final class RepeatedTimes {
  private RepeatedTimes() {}

  /** Warm-up time for the JIT compiler. */
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private static final int LEAST_WARM_UPS = 3;

  /** Time of all runs together. */
  private static final long LEAST_NANOS = 500_000_000L;

  /**
   * Seconds of each of at least {@code runs} runs, in rising order, after some to warm up. Short ones are
   * repeated for half a second: within a few milliseconds another process decides.
   *
   * @param watch counts this as one, and may end it between two runs
   */
  static double[] seconds(int runs, Watch watch, Runnable work) {
    long begin = System.nanoTime();
    for (int i = 0; i < LEAST_WARM_UPS || System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      watch.leaveIfAsked();
      work.run();
    }
    List<Double> times = new ArrayList<>();
    long first = System.nanoTime();
    while (times.size() < runs || System.nanoTime() - first < LEAST_NANOS) {
      watch.leaveIfAsked();
      long start = System.nanoTime();
      work.run();
      times.add((System.nanoTime() - start) / 1e9);
    }
    watch.step(1);
    return times.stream().mapToDouble(t -> t).sorted().toArray();
  }
}
