package io.github.moe4j.core.group;

import org.jspecify.annotations.Nullable;

/** A group of ranks failed; the message names the rank and what it did. */
public final class GroupException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A failure.
   *
   * @param message names the rank
   * @param cause what it threw; null if unknown
   */
  public GroupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
