package io.github.moe4j.core.internal;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
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
    together(
        tasks, i -> work.run((int) ((long) n * i / tasks), (int) ((long) n * (i + 1) / tasks)));
  }

  /** One of several tasks. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does the task.
     *
     * @param worker number of the thread that does it, below that of all workers
     * @param task number of the task
     */
    void run(int worker, int task);
  }

  /** How many threads {@code n} tasks are divided among at most. */
  public static int workers(int n) {
    return Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), n));
  }

  /**
   * Runs the tasks {@code 0 … n − 1}; a thread that is done takes the next, so that uneven tasks
   * even out if the long ones come first.
   */
  public static void tasks(int n, Task work) {
    tasks(n, workers(n), work);
  }

  /** The same by a given number of threads at most, at least 1. */
  public static void tasks(int n, int workers, Task work) {
    AtomicInteger next = new AtomicInteger();
    IntConsumer untilNoneIsLeft = worker -> {
      for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
        work.run(worker, i);
      }
    };
    if (workers == 1) {
      untilNoneIsLeft.accept(0);
    } else {
      together(workers, untilNoneIsLeft);
    }
  }

  /** All parts end before an error leaves: none may still write into memory given back after it. */
  private static void together(int parts, IntConsumer part) {
    if (!ForkJoinTask.inForkJoinPool()) {
      Crew.run(parts, part);
      return;
    }
    // The pool that the caller is in has its own number of threads.
    AtomicReference<Throwable> failure = new AtomicReference<>();
    IntStream.range(0, parts).parallel().forEach(i -> {
      try {
        part.accept(i);
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
