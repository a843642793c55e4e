package io.github.moe4j.core.experts.quantized;

import java.util.Locale;

/** The Java heap, which packed weights take. */
final class HeapRoom {
  private HeapRoom() {}

  /**
   * Checks that the heap can have so many bytes at all, before they are allocated. What is in use is not counted: how much of it is
   * garbage is known only after a collection.
   *
   * @param what for the error
   * @param most that the heap can have
   * @throws OutOfMemoryError if it cannot
   */
  static void require(String what, long bytes, long most) {
    if (bytes > most) {
      throw new OutOfMemoryError(String.format(
          Locale.ROOT,
          "%s: %,d bytes of the Java heap are needed but it can have at most %,d: raise -Xmx, or take a format with fewer bits",
          what,
          bytes,
          most));
    }
  }
}
