package io.github.moe4j.bench.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A command that is killed. */
interface Victim {
  /** Its name in tables. */
  String name();

  /**
   * Prepares a new folder.
   *
   * @param folder empty
   */
  void prepare(Path folder) throws IOException;

  /** The command line that begins or, if there is something to go on from, goes on. */
  List<String> command(Path folder);

  /**
   * Checks what a killed run left.
   *
   * @throws IOException if a file is damaged
   */
  void requireSound(Path folder) throws IOException;

  /** Whether it writes files, so that it can fail to. */
  default boolean writes() {
    return true;
  }

  /**
   * What a complete run computed, the same each time.
   *
   * @param folder where it was killed and resumed
   */
  String result(Path folder) throws IOException;
}
