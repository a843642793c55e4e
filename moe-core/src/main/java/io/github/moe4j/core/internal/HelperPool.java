package io.github.moe4j.core.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Helper threads for short, frequent parallel work.
 *
 * <p>A thread that sleeps takes 50 µs and more to wake up, longer on a virtual machine, as long as
 * many a piece takes. So helpers, which are tasks of an executor, stay awake for a while after their
 * last piece; then they return to the executor. A caller never depends on them: what no helper has
 * begun it does itself, so an executor that is busy, shut down or runs tasks in the caller costs time
 * alone.
 */
public final class HelperPool {
  /** Helpers of the library's own: daemon threads that sleep when idle and end after a while. */
  public static final HelperPool SHARED = new HelperPool(daemons());

  /** A helper stays awake so long after its last piece. */
  static final long PATIENCE_NANOS = 300_000;

  /** A caller waits so long awake for the last parts, then sleeps until they are done. */
  private static final long AWAKE_NANOS = 50_000;

  private static final long IDLE_SECONDS = 10;

  private final Executor executor;

  /** Nanoseconds, for the patience of helpers. */
  private final LongSupplier clock;

  /** Where helpers look for work; a job that finds no free place is done by its caller alone. */
  private final AtomicReferenceArray<@Nullable Job> jobs = new AtomicReferenceArray<>(16);

  private final AtomicInteger helpers = new AtomicInteger();

  /**
   * Helpers that are tasks of an executor.
   *
   * @param executor kept
   */
  public HelperPool(Executor executor) {
    this(executor, System::nanoTime);
  }

  /** With a clock of its own, for tests. */
  HelperPool(Executor executor, LongSupplier clock) {
    this.executor = executor;
    this.clock = clock;
  }

  private static Executor daemons() {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
          Thread thread =
              new Thread(null, task, "moe4j-helper-" + number.incrementAndGet(), 0, false);
          thread.setDaemon(true);
          // That of the caller who happened to come first would be kept alive by it.
          thread.setContextClassLoader(HelperPool.class.getClassLoader());
          return thread;
        });
  }

  /**
   * Runs {@code part} for each of {@code 0 … parts − 1}, some of them in helpers; returns when all
   * are done, also if some fail. An interrupt changes nothing about that; the caller's flag stays.
   */
  public void run(int parts, IntConsumer part) {
    Job job = new Job(parts, part);
    int place = offer(job);
    if (place < jobs.length()) {
      wake(parts - 1);
    }
    job.work();
    if (place < jobs.length()) {
      jobs.set(place, null);
    }
    job.await();
    job.rethrow();
  }

  /** Puts a job where helpers find it; the number of places if none is free. */
  private int offer(Job job) {
    int place = 0;
    while (place < jobs.length() && !jobs.compareAndSet(place, null, job)) {
      place++;
    }
    return place;
  }

  /** Lets as many helpers begin as are missing. */
  private void wake(int wanted) {
    Thread caller = Thread.currentThread();
    for (int missing = wanted - helpers.get(); missing > 0; missing--) {
      helpers.incrementAndGet();
      try {
        executor.execute(() -> {
          if (Thread.currentThread() == caller) {
            helpers.decrementAndGet(); // there is only the caller to help
          } else {
            help(wanted);
          }
        });
      } catch (RejectedExecutionException e) {
        helpers.decrementAndGet();
        return;
      }
    }
  }

  /** Helps until there has been nothing to do for a while. */
  private void help(int wanted) {
    do {
      long idleSince = clock.getAsLong();
      while (clock.getAsLong() - idleSince < PATIENCE_NANOS) {
        if (workOnAny()) {
          idleSince = clock.getAsLong();
        } else {
          Thread.onSpinWait();
        }
      }
      helpers.decrementAndGet();
      // A job that came just before that counted on this helper.
    } while (workOnAny() && comeBack(wanted));
  }

  private boolean workOnAny() {
    boolean worked = false;
    for (int place = 0; place < jobs.length(); place++) {
      Job job = jobs.get(place);
      worked |= job != null && job.work();
    }
    return worked;
  }

  private boolean comeBack(int wanted) {
    int now = helpers.get();
    return now < wanted && helpers.compareAndSet(now, now + 1);
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
      boolean interrupted = false;
      long start = System.nanoTime();
      while (done.get() < parts) {
        if (System.nanoTime() - start < AWAKE_NANOS) {
          Thread.onSpinWait();
        } else {
          callerSleeps = true;
          if (done.get() < parts) {
            LockSupport.park(this);
            // Else park would return at once from now on.
            interrupted |= Thread.interrupted();
          }
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
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
