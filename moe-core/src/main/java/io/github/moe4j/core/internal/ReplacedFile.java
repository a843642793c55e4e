package io.github.moe4j.core.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Replaces a file whole: writes beside it, forces the bytes to disk, and moves them into its place in
 * one step. Whatever happens before the move, the old file is as it was.
 *
 * <p>What is no regular file, such as {@code /dev/stdout}, is written to as it is; of a link, the file that
 * it leads to is replaced, or made if there is none. Who may read and write a file stays, also its owner and group where
 * the user may give them. Every error of the file system has file and reason.
 */
public final class ReplacedFile {
  /** A temporary file not written to for so long was left by a crash. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  /** Bytes of a name that a temporary name repeats; with the rest it has at most 140, all that some file systems allow. */
  private static final int LONGEST_PREFIX = 88;

  private static final Set<StandardOpenOption> CREATED =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private static final FileAccess NEW = new FileAccess(null, null);

  private ReplacedFile() {}

  /** Writes the contents of a file. */
  @FunctionalInterface
  public interface Contents {
    /** Writes all of them; the channel is closed and forced to disk by the caller. */
    void write(WritableByteChannel channel) throws IOException;
  }

  /** Writes a text in UTF-8, as {@link #write} does. */
  public static void writeText(Path file, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    write(file, channel -> writeAll(channel, bytes));
  }

  /** Writes all bytes that remain. */
  public static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Writes a file.
   *
   * @param file what to replace, or a new file in a folder that exists
   * @param contents called once
   * @throws IOException if it cannot be written; the old file is as it was
   */
  public static void write(Path file, Contents contents) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new FileSystemException(file.toString(), null, "is a folder, not a file");
      } else if (Files.exists(file) && !Files.isRegularFile(file)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          contents.write(channel);
        }
      } else {
        replace(file, LinkTarget.of(file), contents);
      }
    } catch (IOException e) {
      throw FileErrors.explained(file, e);
    }
  }

  private static void replace(Path file, Path target, Contents contents) throws IOException {
    Path folder = target.resolveSibling("");
    String prefix = prefix(String.valueOf(target.getFileName()));
    removeAbandoned(folder, prefix);
    Path part = folder.resolve(prefix + UUID.randomUUID() + ".part");
    FileAccess access = Files.exists(target) ? FileAccess.of(target) : NEW;
    try {
      try (FileChannel channel = FileChannel.open(part, CREATED, access.whileWritten())) {
        contents.write(channel);
        channel.force(true);
      }
      access.giveTo(part);
      // On file systems that cannot do both, the second is ignored.
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          folder + " is on a file system that cannot replace a file atomically", e);
    } catch (FileSystemException e) {
      // The temporary file is no file of the caller.
      throw part.toString().equals(e.getFile())
          ? FileErrors.with(file, FileErrors.reason(e), e)
          : e;
    } finally {
      remove(part);
    }
    force(folder);
  }

  /** How the names of temporary files begin, which must not be longer than a file system allows. */
  private static String prefix(String name) {
    int end = 0;
    int bytes = 0;
    while (end < name.length()) {
      int next = name.offsetByCodePoints(end, 1);
      bytes += name.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > LONGEST_PREFIX) {
        return "." + name.substring(0, end) + "-" + Integer.toHexString(name.hashCode()) + ".";
      }
      end = next;
    }
    return "." + name + ".";
  }

  /**
   * Deletes a file and the temporary files that killed writers of it left, whatever their age. Nobody may write it meanwhile.
   *
   * @param file in a folder; need not exist
   */
  public static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(folder)) {
      parts(folder, prefix(String.valueOf(file.getFileName()))).forEach(ReplacedFile::remove);
    }
  }

  private static List<Path> parts(Path folder, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> isPart(String.valueOf(p.getFileName()), prefix)).toList();
    }
  }

  private static void removeAbandoned(Path folder, String prefix) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED);
    for (Path part : parts(folder, prefix)) {
      try {
        if (Files.getLastModifiedTime(part).toInstant().isBefore(limit)) {
          remove(part);
        }
      } catch (NoSuchFileException ignored) {
        // Another save has just moved or removed it.
      }
    }
  }

  private static boolean isPart(String name, String prefix) {
    return name.startsWith(prefix)
        && name.substring(prefix.length()).matches("[0-9a-f-]{36}\\.part");
  }

  /** Tries to: a part that stays harms nothing, and must not hide why it is not wanted. */
  private static void remove(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException ignored) {
      // The next save after an hour tries again.
    }
  }

  /** Makes the move itself last, where the system can. */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException ignored) {
      // Windows opens no folders. The file is whole either way, the old or the new one.
    }
  }
}
