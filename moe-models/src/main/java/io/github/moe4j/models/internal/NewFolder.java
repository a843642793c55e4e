package io.github.moe4j.models.internal;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.Folders;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** Fills a folder under another name and moves it into place: it is written completely or not at all. */
public final class NewFolder {
  private static final String PARTIAL = ".partial-";

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
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) { // the move would replace a link
      throw new FileAlreadyExistsException(target.toString(), null, "nothing is overwritten");
    }
    Path parent = FileErrors.createFolders(absolute.resolveSibling("").normalize());
    // Not longer than the name of the target may be, and readable as the user wants new folders.
    Path created = parent.resolve(PARTIAL + UUID.randomUUID());
    try {
      Files.createDirectory(created);
      filling.apply(created);
      Files.move(created, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(created, e);
      throw FileErrors.explained(target, e);
    } catch (Throwable e) {
      delete(created, e);
      throw e;
    }
  }

  private static void delete(Path folder, Throwable why) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      Folders.deleteAll(folder);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }
}
