package io.github.moe4j.parallel;

import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Works on chunks while a thread of its own exchanges others, in one order on all ranks: dispatch 0; dispatch 1,
 * combine 0; dispatch 2, combine 1; and so on. That thread has ended when {@link #run} returns or throws.
 */
final class ChunkPipeline {
  private final int chunks;
  private final IntConsumer dispatch;
  private final IntConsumer work;
  private final IntConsumer combine;
  private final Semaphore dispatched = new Semaphore(0);
  private final Semaphore worked = new Semaphore(0);
  private volatile @Nullable Throwable failure;
  private volatile boolean stopped;
  private boolean interrupted;
  private long waited;

  /**
   * A pipeline for one use.
   *
   * @param dispatch exchanges what chunk c needs
   * @param work computes chunk c, in the thread that calls {@link #run}
   * @param combine exchanges the results of chunk c
   */
  ChunkPipeline(int chunks, IntConsumer dispatch, IntConsumer work, IntConsumer combine) {
    this.chunks = chunks;
    this.dispatch = dispatch;
    this.work = work;
    this.combine = combine;
  }

  /**
   * Runs all chunks; one chunk in this thread alone.
   *
   * @param name of the thread that exchanges
   * @return nanoseconds that this thread exchanged, or waited for an exchange
   */
  long run(String name) {
    if (chunks == 1) {
      return runOne();
    }
    Thread thread = new Thread(this::exchangeAll, name);
    thread.setDaemon(true);
    thread.start();
    try {
      for (int c = 0; c < chunks; c++) {
        await(thread, dispatched::acquire);
        if (failure != null) {
          break;
        }
        work.accept(c);
        worked.release();
      }
    } catch (RuntimeException | Error e) {
      stopped = true;
      worked.release();
      throw e;
    } finally {
      await(thread, thread::join);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throwFailure();
    return waited;
  }

  private long runOne() {
    long start = System.nanoTime();
    dispatch.accept(0);
    long exchanged = System.nanoTime() - start;
    work.accept(0);
    start = System.nanoTime();
    combine.accept(0);
    return exchanged + System.nanoTime() - start;
  }

  private void exchangeAll() {
    try {
      exchange(dispatch, 0);
      for (int c = 0; c < chunks; c++) {
        if (c + 1 < chunks) {
          exchange(dispatch, c + 1);
        }
        worked.acquireUninterruptibly();
        if (stopped) {
          return;
        }
        combine.accept(c);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      dispatched.release();
    }
  }

  private void exchange(IntConsumer chunk, int c) {
    chunk.accept(c);
    dispatched.release();
  }

  /** Something to wait for. */
  @FunctionalInterface
  private interface Event {
    void await() throws InterruptedException;
  }

  /** Waits for the other thread; an interruption ends its exchange, as it would end one of this thread. */
  private void await(Thread thread, Event event) {
    long start = System.nanoTime();
    while (true) {
      try {
        event.await();
        waited += System.nanoTime() - start;
        return;
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
  }

  private void throwFailure() {
    Throwable cause = failure;
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
  }
}
