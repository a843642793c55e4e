package io.github.moe4j.core.checkpoint;

import java.io.IOException;

/** Says in one line which file is no whole checkpoint, and at which byte and entry one sees it. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  CheckpointException(String message) {
    super(message);
  }
}
