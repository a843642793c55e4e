package io.github.moe4j.cli.page;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A text file that is never half written. */
public final class TextFile {
  private TextFile() {}

  /**
   * Writes beside the file and moves it into place. What is no file, such as {@code /dev/stdout}, is
   * written to as it is; of a link, the file that it leads to is replaced.
   */
  public static void replace(Path path, String text) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      Files.writeString(path, text);
      return;
    }
    Path file = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
    Path beside = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(beside, text);
      try {
        Files.move(
            beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
