package io.github.moe4j.bench.soak;

import java.io.IOException;

/** A piece of work that several callers repeat at the same time. */
interface SoakTask {
  /** Its name in tables. */
  String name();

  /** Does the work; returns a checksum of what it computed, the same each time. */
  long run() throws IOException;
}
