package io.github.moe4j.fuzz.files;

import java.nio.file.Path;
import java.util.Map;

/** A format of one or several files in a folder. */
interface FileKind {
  /** For messages. */
  String name();

  /** A right folder: contents by file name. Not modified. */
  Map<String, byte[]> right();

  /**
   * Makes checksums of changed contents right again, so that what they protect is read; the identity for formats
   * without.
   *
   * @param bytes of a file. Not modified.
   */
  default byte[] repaired(byte[] bytes) {
    return bytes;
  }

  /** Whether every change of a byte must be noticed. */
  default boolean isChecked() {
    return false;
  }

  /**
   * Reads the folder completely.
   *
   * @throws Exception if it is refused
   */
  void read(Path folder) throws Exception;

  /** Whether an exception is the documented one of this format, which names the file. */
  boolean refuses(Exception e);
}
