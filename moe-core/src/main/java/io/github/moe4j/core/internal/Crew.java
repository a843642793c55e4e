package io.github.moe4j.core.internal;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Helpers for parallel work that comes in short pieces, one after another.
 *
 * <p>A thread that sleeps takes 50 µs and more to wake up, longer on a virtual machine, as long as
 * many a piece takes. So helpers, which are tasks of the common pool, stay awake for a while after
 * their last piece. A caller never depends on them: what no helper has begun it does itself.
 */
final class Crew {
  private static final long PATIENCE_NANOS = 300_000;

  /** A caller waits so long awake for the last parts, then sleeps until they are done. */
  private static final long AWAKE_NANOS = 50_000;

  /** Where helpers look for work; a job that finds no free place is done by its caller alone. */
  private static final AtomicReferenceArray<@Nullable Job> JOBS = new AtomicReferenceArray<>(16);

  private static final AtomicInteger HELPERS = new AtomicInteger();

  private Crew() {}

  /**
   * Runs {@code part} for each of {@code 0 … parts − 1}, some of them in helpers; returns when all
   * are done, also if some fail.
   */
  static void run(int parts, IntConsumer part) {
    Job job = new Job(parts, part);
    int place = offer(job);
    int wanted = Math.min(parts - 1, ForkJoinPool.getCommonPoolParallelism());
    for (int helpers = HELPERS.get(); helpers < wanted; helpers = HELPERS.get()) {
      if (HELPERS.compareAndSet(helpers, helpers + 1)) {
        ForkJoinPool.commonPool().execute(Crew::help);
      }
    }
    job.work();
    if (place < JOBS.length()) {
      JOBS.set(place, null);
    }
    job.await();
    job.rethrow();
  }

  /** Puts a job where helpers find it; the number of places if none is free. */
  private static int offer(Job job) {
    int place = 0;
    while (place < JOBS.length() && !JOBS.compareAndSet(place, null, job)) {
      place++;
    }
    return place;
  }

  /** Helps until there has been nothing to do for a while. */
  private static void help() {
    do {
      long idleSince = System.nanoTime();
      while (System.nanoTime() - idleSince < PATIENCE_NANOS) {
        if (workOnAny()) {
          idleSince = System.nanoTime();
        } else {
          Thread.onSpinWait();
        }
      }
      HELPERS.decrementAndGet();
      // A job that came just before that counted on this helper.
    } while (workOnAny() && comeBack());
  }

  private static boolean workOnAny() {
    boolean worked = false;
    for (int place = 0; place < JOBS.length(); place++) {
      Job job = JOBS.get(place);
      worked |= job != null && job.work();
    }
    return worked;
  }

  private static boolean comeBack() {
    int helpers = HELPERS.get();
    return helpers < ForkJoinPool.getCommonPoolParallelism()
        && HELPERS.compareAndSet(helpers, helpers + 1);
  }

  /** Work in parts that may be done at the same time. */
  private static final class Job {
    private final int parts;
    private final IntConsumer part;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean callerSleeps;

    Job(int parts, IntConsumer part) {
      this.parts = parts;
      this.part = part;
    }

    /** Does parts until none is left; returns whether there was any. */
    boolean work() {
      boolean any = next.get() < parts;
      for (int i = take(); i < parts; i = take()) {
        try {
          part.accept(i);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        }
        if (done.incrementAndGet() == parts && callerSleeps) {
          LockSupport.unpark(caller);
        }
      }
      return any;
    }

    /** The next part, or the number of parts: counting on beyond it would overflow in the end. */
    private int take() {
      return next.get() < parts ? next.getAndIncrement() : parts;
    }

    void await() {
      long start = System.nanoTime();
      while (done.get() < parts) {
        if (System.nanoTime() - start < AWAKE_NANOS) {
          Thread.onSpinWait();
        } else {
          callerSleeps = true;
          if (done.get() < parts) {
            LockSupport.park(this);
          }
        }
      }
    }

    void rethrow() {
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
    }
  }
}
