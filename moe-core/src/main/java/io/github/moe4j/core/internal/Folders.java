package io.github.moe4j.core.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders that the library makes for itself. */
public final class Folders {
  private Folders() {}

  /**
   * Deletes a folder with all that is in it; links in it, not what they lead to.
   *
   * @throws IOException if something cannot be deleted, such as a folder that another process writes into meanwhile
   */
  public static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause(); // of the walk
    }
  }
}
