package io.github.moe4j.fuzz.files;

import io.github.moe4j.fuzz.Damage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** A format of one or several files in a folder. */
interface FileKind {
  /** Names of files of text. */
  Pattern TEXT = Pattern.compile("\\.(json|yaml|properties)$");

  /** For messages. */
  String name();

  /** A right folder: contents by file name. Not modified. */
  Map<String, byte[]> right();

  /**
   * One of the right files, changed.
   *
   * @param name of the file
   * @param right its contents. Not modified.
   */
  default byte[] changed(SplittableRandom random, String name, byte[] right) throws IOException {
    return name.endsWith(".safetensors") && random.nextInt(3) > 0
        ? SafetensorsKind.withHeader(random, right)
        : Damage.of(random, right, TEXT.matcher(name).find());
  }

  /**
   * Makes checksums of changed contents right again, so that what they protect is read; does nothing for formats without.
   *
   * @param files contents by name. Modified.
   * @param damaged which of them was changed
   */
  default void repair(Map<String, byte[]> files, String damaged) throws IOException {}

  /** Whether every change of a byte must be noticed. */
  default boolean isChecked() {
    return false;
  }

  /** Bytes of heap for buffers and tables that a reader has for any file. */
  default long fixedBytes() {
    return 16L << 20;
  }

  /**
   * Reads the folder completely.
   *
   * @throws Exception if it is refused
   */
  void read(Path folder) throws Exception;

  /** Whether an exception is the documented one of this format; its message must name one of the files in any case. */
  boolean refuses(Exception e);
}
