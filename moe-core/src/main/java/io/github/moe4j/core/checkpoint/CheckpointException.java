package io.github.moe4j.core.checkpoint;

import java.io.IOException;

/** A file is not a complete checkpoint; the message names the file, byte offset and entry. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    super(message);
  }
}
