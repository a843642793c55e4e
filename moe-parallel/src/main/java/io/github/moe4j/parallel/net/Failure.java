package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.GroupException;
import org.jspecify.annotations.Nullable;

/** The first failure of a group, whose monitor its threads wait on. */
final class Failure {
  private @Nullable GroupException first;

  /** Records a failure and returns true, unless there was one before. */
  synchronized boolean set(String message, @Nullable Throwable cause) {
    if (first != null) {
      return false;
    }
    first = new GroupException(message, cause);
    notifyAll();
    return true;
  }

  synchronized boolean isSet() {
    return first != null;
  }

  /** Throws if there is one. */
  synchronized void check() {
    if (first != null) {
      throw new GroupException(first.getMessage(), first.getCause());
    }
  }

  /** Waits for one, but not for long. */
  synchronized void await(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    long left = millis;
    while (first == null && left > 0) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }
}
