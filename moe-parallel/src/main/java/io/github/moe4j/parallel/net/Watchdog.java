package io.github.moe4j.parallel.net;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ends an operation that takes too long, also one that is blocked in a write. */
final class Watchdog {
  private static final long POLL_MILLIS = 50;

  private @Nullable Runnable action;
  private long end;
  private boolean closed;

  Watchdog(int rank) {
    Thread thread = new Thread(this::watch, "moe4j rank " + rank + " watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs an action in a thread of its own if {@link #end} is not called in time. */
  synchronized void begin(Duration timeout, Runnable newAction) {
    end = System.nanoTime() + timeout.toNanos();
    action = newAction;
  }

  synchronized void end() {
    action = null;
  }

  /** Whether an operation is under way that was not late; once this is closed, it stays so. */
  synchronized boolean isPending() {
    return action != null;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void watch() {
    Runnable late = next();
    while (late != null) {
      late.run();
      late = next();
    }
  }

  /** Waits until an operation is late; null once this is closed. */
  private synchronized @Nullable Runnable next() {
    while (!closed) {
      try {
        long left = action == null ? Long.MAX_VALUE : (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          Runnable late = action;
          action = null;
          return late;
        }
        wait(Math.min(left, POLL_MILLIS)); // begin does not wake it: operations are short
      } catch (InterruptedException e) {
        return null;
      }
    }
    return null;
  }
}
