package io.github.moe4j.core.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Splits work over independent rows among threads; which thread takes which changes no result. */
public final class Parallel {
  /** Bound while {@link #in} runs; work is divided too deep in the call stack for an argument. */
  private static final ThreadLocal<@Nullable Team> TEAM = new ThreadLocal<>();

  private static final ThreadCount DEFAULT =
      ThreadCount.of(System.getProperty(ThreadCount.PROPERTY));

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
   * @param grain rows whose work justifies a thread
   */
  public static void ranges(int n, int grain, Range work) {
    int tasks = Math.min(size(), n / Math.max(1, grain));
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
    return Math.max(1, Math.min(size(), n));
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

  /**
   * All parts end before an error leaves: none may still write into memory given back after it. Work that a
   * part divides further is done by the same team.
   */
  private static void together(int parts, IntConsumer part) {
    Team team = TEAM.get();
    if (team == null) {
      HelperPool.SHARED.run(parts, part);
    } else {
      team.helpers.run(parts, i -> in(team, () -> part.accept(i)));
    }
  }

  /**
   * Who does the work.
   *
   * @param size threads that work is divided among at most, the caller one of them; at least 1
   * @param helpers those beside the caller
   */
  public record Team(int size, HelperPool helpers) {}

  /**
   * Does some work, which is divided among a team wherever this thread divides any.
   *
   * @param team null for the one that this thread has already
   */
  public static void in(@Nullable Team team, Runnable work) {
    Team before = TEAM.get();
    if (team == null || before == team) {
      work.run();
      return;
    }
    TEAM.set(team);
    try {
      work.run();
    } finally {
      if (before == null) {
        TEAM.remove();
      } else {
        TEAM.set(before);
      }
    }
  }

  /** The team that divides this thread's work; null if none was chosen. */
  public static @Nullable Team team() {
    return TEAM.get();
  }

  /** How many threads work is divided among at most. */
  private static int size() {
    Team team = TEAM.get();
    return team == null ? DEFAULT.size() : team.size;
  }
}
