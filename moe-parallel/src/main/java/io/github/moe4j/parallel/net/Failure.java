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

  /** Throws if there is one. */
  synchronized void check() {
    if (first != null) {
      throw new GroupException(first.getMessage(), first.getCause());
    }
  }
}
