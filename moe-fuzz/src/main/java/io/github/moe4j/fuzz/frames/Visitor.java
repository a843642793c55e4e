package io.github.moe4j.fuzz.frames;

import java.io.IOException;

/** Somebody who calls a rank, or is called by it, and must be hung up on. */
interface Visitor {
  /**
   * Says something wrong, and checks that the rank hangs up.
   *
   * @param line a new connection
   */
  void bother(Line line) throws IOException;
}
