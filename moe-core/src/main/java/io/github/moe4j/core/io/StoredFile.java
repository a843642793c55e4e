package io.github.moe4j.core.io;

import java.io.IOException;

/** A file whose contents are read while it is open, at any time. Thread-safe. */
public interface StoredFile {
  /**
   * Throws unless the file has the length, the time of modification and the identity that it had when it was opened.
   *
   * @throws IOException if it was truncated, changed, replaced or deleted; the message names it
   * @throws IllegalStateException if it was closed
   */
  void requireUnchanged() throws IOException;
}
