package io.github.moe4j.models.internal;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Fills a folder under another name and moves it into place: it is written completely or not at all. */
public final class NewFolder {
  private static final String PARTIAL = ".partial";

  private NewFolder() {}

  /** Fills a folder that is not in use yet. */
  @FunctionalInterface
  public interface Filling {
    /** Writes all files. */
    void apply(Path created) throws IOException;
  }

  /**
   * Makes a folder.
   *
   * @param target must not exist
   * @throws IOException if it exists or a file cannot be written; nothing is left then
   */
  public static void write(Path target, Filling filling) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    if (Files.exists(absolute)) {
      throw new FileAlreadyExistsException(target.toString(), null, "nothing is overwritten");
    }
    Path parent = Files.createDirectories(absolute.resolveSibling("").normalize());
    Path created = Files.createTempDirectory(parent, absolute.getFileName() + PARTIAL);
    try {
      filling.apply(created);
      Files.move(created, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable e) {
      delete(created, e);
      throw e;
    }
  }

  private static void delete(Path folder, Throwable why) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }
}
