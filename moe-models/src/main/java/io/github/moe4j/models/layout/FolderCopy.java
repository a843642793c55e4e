package io.github.moe4j.models.layout;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Copies a folder, changes the copy and moves it into place: the target is written completely or not at all. */
final class FolderCopy {
  private static final String PARTIAL = ".partial";

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
    Path absolute = target.toAbsolutePath().normalize();
    if (Files.exists(absolute)) {
      throw new FileAlreadyExistsException(target.toString(), null, "nothing is overwritten");
    }
    Path parent = Files.createDirectories(absolute.resolveSibling("").normalize());
    Path copy = Files.createTempDirectory(parent, absolute.getFileName() + PARTIAL);
    try {
      copyFiles(folder, copy);
      change.apply(copy);
      Files.move(copy, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable e) {
      delete(copy, e);
      throw e;
    }
  }

  /** Files that links lead to are copied: a download cache contains only links. */
  private static void copyFiles(Path folder, Path copy) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      // Listed before anything is copied, for the copy may lie within the folder.
      all = found.filter(path -> !path.startsWith(copy)).toList();
    }
    for (Path path : all) {
      Path to = copy.resolve(folder.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectories(to);
      } else {
        Files.copy(path, to);
        to.toFile().setWritable(true); // a copy of a file that must not be changed, which this may
      }
    }
  }

  private static void delete(Path copy, Throwable why) {
    try (Stream<Path> all = Files.walk(copy)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }
}
