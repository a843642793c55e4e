package io.github.moe4j.bench.soak;

import io.github.moe4j.cli.StoppedException;
import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;

/**
 * Callers that draw a task each and run it, again and again, at the same time. At every point all of them rest.
 *
 * @param callers number of threads
 * @param seconds how long
 * @param every seconds from point to point
 * @param seed of the order of the tasks
 */
record Soak(int callers, long seconds, long every, long seed) {
  /**
   * What was found.
   *
   * @param points of time
   * @param runs of each task
   * @param changed tasks whose checksum was not that of their first run, with both
   */
  record Result(List<SoakPoint> points, Map<String, Long> runs, List<String> changed) {}

  private static final class State {
    final ReadWriteLock rest = new ReentrantReadWriteLock(true);
    final Map<String, Long> first = new ConcurrentHashMap<>();
    final Map<String, AtomicLong> runs = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> changed = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    volatile boolean over;

    void run(SoakTask task) throws IOException {
      rest.readLock().lock();
      try {
        long found = task.run();
        Long before = first.putIfAbsent(task.name(), found);
        if (before != null && before != found) {
          changed.add("%s: %x, then %x".formatted(task.name(), before, found));
        }
        runs.computeIfAbsent(task.name(), name -> new AtomicLong()).incrementAndGet();
      } finally {
        rest.readLock().unlock();
      }
    }

    long units() {
      return runs.values().stream().mapToLong(AtomicLong::get).sum();
    }
  }

  /**
   * Runs.
   *
   * @param watch counts seconds; may stop it
   */
  Result run(List<SoakTask> tasks, Watch watch) throws IOException {
    State state = new State();
    // Once in order, alone: the checksums to compare with.
    for (SoakTask task : tasks) {
      state.run(task);
    }
    long start = System.nanoTime();
    LongSupplier elapsed = () -> (System.nanoTime() - start) / 1_000_000_000;
    List<Thread> threads = new ArrayList<>();
    for (int c = 0; c < callers; c++) {
      SplittableRandom order = new SplittableRandom(seed + c);
      Thread thread = new Thread(() -> call(state, tasks, order), "soak-" + c);
      threads.add(thread);
      thread.start();
    }
    List<SoakPoint> points = new ArrayList<>();
    try {
      for (long next = every; next <= seconds && state.failures.isEmpty(); next += every) {
        sleepUntil(next, elapsed, state, watch);
        state.rest.writeLock().lock();
        try {
          points.add(SoakPoint.now(elapsed.getAsLong(), state.units()));
        } finally {
          state.rest.writeLock().unlock();
        }
      }
    } catch (StoppedException e) {
      // what there is
    } finally {
      state.over = true;
      threads.forEach(Soak::join);
    }
    Throwable failure = state.failures.peek();
    if (failure != null) {
      throw new IllegalStateException("a caller failed", failure);
    }
    for (SoakTask task : tasks) {
      state.run(task);
    }
    Map<String, Long> runs = new LinkedHashMap<>();
    tasks.forEach(task -> runs.put(task.name(), state.runs.get(task.name()).get()));
    return new Result(points, runs, List.copyOf(state.changed));
  }

  private static void call(State state, List<SoakTask> tasks, SplittableRandom order) {
    try {
      while (!state.over) {
        state.run(tasks.get(order.nextInt(tasks.size())));
      }
    } catch (IOException | RuntimeException | Error e) {
      state.failures.add(e);
    }
  }

  private static void sleepUntil(long second, LongSupplier elapsed, State state, Watch watch) {
    for (long now = elapsed.getAsLong(); now < second && state.failures.isEmpty(); ) {
      watch.leaveIfAsked();
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoppedException();
      }
      long later = elapsed.getAsLong();
      watch.step(later - now);
      now = later;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
