package io.github.moe4j.core.checkpoint;

import java.io.IOException;

/** A file is not a complete checkpoint; the message names the file, and where it is damaged the byte offset and entry. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * A file that cannot be used.
   *
   * @param message names the file
   */
  public CheckpointException(String message) {
    super(message);
  }
}
