package io.github.moe4j.core.internal;

import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Splits work over independent rows among threads; which thread takes which changes no result. */
public final class Parallel {
  private Parallel() {}

  /** Work on the rows {@code [from, to)}. */
  @FunctionalInterface
  public interface Range {
    /** Does the work; called at the same time for disjoint ranges. */
    void run(int from, int to);
  }

  /**
   * Runs {@code work} over {@code [0, n)} in ranges of at least {@code grain} rows.
   *
   * @param grain rows whose work is worth a thread of its own
   */
  public static void ranges(int n, int grain, Range work) {
    int tasks = Math.min(Runtime.getRuntime().availableProcessors(), n / Math.max(1, grain));
    if (tasks <= 1) {
      if (n > 0) {
        work.run(0, n);
      }
      return;
    }
    // All tasks end before an error leaves: none may still write into memory given back after it.
    AtomicReference<Throwable> failure = new AtomicReference<>();
    IntStream.range(0, tasks).parallel().forEach(i -> {
      try {
        work.run((int) ((long) n * i / tasks), (int) ((long) n * (i + 1) / tasks));
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    });
    if (failure.get() instanceof Error error) {
      throw error;
    }
    if (failure.get() instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
