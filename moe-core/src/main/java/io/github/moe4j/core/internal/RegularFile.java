package io.github.moe4j.core.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * Opens files for reading, and only regular ones: to open a named pipe waits until somebody writes to it, and a device such
 * as {@code /dev/zero} never ends. Links are followed. Every error has file and reason.
 *
 * <p>The kind is looked up before the file is opened, since opening is what waits. Whoever may replace files in the folder
 * can do so in between; a reader is not protected from its own folder's owner.
 */
public final class RegularFile {
  private RegularFile() {}

  /** Its attributes; an error unless it is a regular file. */
  public static BasicFileAttributes require(Path file) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (IOException e) {
      throw FileErrors.explained(file, e);
    }
    if (!found.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          found.isDirectory() ? "is a folder, not a file" : "is not a regular file");
    }
    return found;
  }

  /** Opens a file for reading. */
  public static FileChannel open(Path file) throws IOException {
    require(file);
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw FileErrors.explained(file, e);
    }
  }

  /** The same as a stream, not buffered. */
  public static InputStream stream(Path file) throws IOException {
    return Channels.newInputStream(open(file));
  }

  /**
   * All bytes of a file.
   *
   * @param most bytes that it may have
   */
  public static byte[] bytes(Path file, long most) throws IOException {
    try (FileChannel channel = open(file)) {
      long size = channel.size();
      if (size > most) {
        throw new FileSystemException(
            file.toString(), null, "must have at most %d bytes but has %d".formatted(most, size));
      }
      return bytes(channel, Math.toIntExact(size));
    }
  }

  /** So many bytes, or all up to the end: a file that grows meanwhile is read as it was, one that shrinks to its end. */
  static byte[] bytes(ReadableByteChannel channel, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // One read may give a part, or nothing yet.
    }
    return bytes.hasRemaining() ? Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
  }

  /**
   * A text in UTF-8; an error if it is none.
   *
   * @param most bytes that it may have
   */
  public static String text(Path file, long most) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(file, most));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw FileErrors.with(
          file, "is not UTF-8 text (the byte at offset " + bytes.position() + ")", e);
    }
  }
}
