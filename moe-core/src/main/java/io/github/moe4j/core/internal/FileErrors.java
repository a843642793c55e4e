package io.github.moe4j.core.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Errors of the file system with file and reason. Java's own often have the file alone, or, when a disk is full, the reason
 * alone.
 */
public final class FileErrors {
  private FileErrors() {}

  /** The folder, made if it does not exist; the error says what is in its place. */
  public static Path createFolders(Path folder) throws IOException {
    try {
      return Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw with(folder, "is a file, not a folder", e);
    } catch (IOException e) {
      throw explained(folder, e);
    }
  }

  /**
   * An error whose message has file and reason: the same one if it has both.
   *
   * @param file what was read or written
   */
  public static IOException explained(Path file, IOException e) {
    if (e instanceof FileSystemException known) {
      String reason = known.getReason();
      return reason != null && known.getFile() != null ? e : with(file, reason(known), known);
    }
    if (e instanceof CharacterCodingException) {
      return with(file, "is not UTF-8 text", e);
    }
    // Those of other classes are the library's own, or say that a channel was closed.
    return e.getClass() == IOException.class
            && !String.valueOf(e.getMessage()).contains(file.toString())
        ? with(file, String.valueOf(e.getMessage()), e)
        : e;
  }

  /** What went wrong, with file and reason; of any other exception its message, or its class if it has none. */
  public static String message(Throwable e) {
    if (e instanceof UncheckedIOException && e.getCause() instanceof FileSystemException cause) {
      return message(cause);
    }
    if (e instanceof FileSystemException known && known.getReason() == null) {
      return known.getFile() == null ? reason(known) : known.getFile() + ": " + reason(known);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Why it failed, without the file. */
  static String reason(FileSystemException e) {
    String reason = e.getReason();
    if (reason != null) {
      return reason;
    } else if (e instanceof NoSuchFileException) {
      return "no such file";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (e instanceof NotDirectoryException) {
      return "is not a folder";
    } else if (e instanceof DirectoryNotEmptyException) {
      return "is a folder that is not empty";
    } else if (e instanceof FileSystemLoopException) {
      return "is a link that leads back to itself";
    }
    return e.getClass().getSimpleName();
  }

  /** Of the class that callers may catch, where that class has room for a reason. */
  static IOException with(Path file, String reason, @Nullable IOException cause) {
    String name = file.toString();
    FileSystemException error;
    if (cause instanceof NoSuchFileException) {
      error = new NoSuchFileException(name, null, reason);
    } else if (cause instanceof AccessDeniedException) {
      error = new AccessDeniedException(name, null, reason);
    } else if (cause instanceof FileAlreadyExistsException) {
      error = new FileAlreadyExistsException(name, null, reason);
    } else {
      error = new FileSystemException(name, null, reason);
    }
    if (cause != null) {
      error.initCause(cause);
    }
    return error;
  }
}
