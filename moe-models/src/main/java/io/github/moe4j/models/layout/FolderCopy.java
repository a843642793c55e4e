package io.github.moe4j.models.layout;

import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.models.internal.NewFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Copies a folder, changes the copy and moves it into place: the target is written completely or not at all. */
final class FolderCopy {
  private FolderCopy() {}

  /** Changes a copy that is not in use yet. */
  @FunctionalInterface
  interface Change {
    void apply(Path copy) throws IOException;
  }

  /**
   * Makes the target.
   *
   * @param target must not exist
   */
  static void write(Path folder, Path target, Change change) throws IOException {
    NewFolder.write(target, copy -> {
      copyFiles(folder, copy);
      change.apply(copy);
    });
  }

  /** Files that links lead to are copied: a download cache contains only links. */
  private static void copyFiles(Path folder, Path copy) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      // Listed before anything is copied, for the copy may lie within the folder.
      all = found.filter(path -> !path.startsWith(copy)).toList();
    } catch (
        UncheckedIOException
            e) { // links that lead back to where they are, or a folder that cannot be read
      throw e.getCause();
    }
    for (Path path : all) {
      Path to = copy.resolve(folder.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectories(to);
      } else {
        RegularFile.require(path);
        Files.copy(path, to);
        to.toFile().setWritable(true); // a copy of a file that must not be changed, which this may
      }
    }
  }
}
