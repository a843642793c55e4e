package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.RegularFile;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that is mapped whole. It stays open beside its mapping, only to ask for its length: reading behind the
 * end of a mapped file that was cut ends the process.
 */
final class OpenFile implements StoredFile, Closeable {
  private final Path path;
  private final RandomAccessFile file;
  private final long length;
  private final FileState state;
  private volatile @Nullable MappedBytes mapped;

  private OpenFile(Path path, RandomAccessFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.length = file.length();
    this.state = FileState.of(path);
    this.mapped = MappedBytes.of(file.getChannel(), length);
  }

  static OpenFile of(Path path) throws IOException {
    RegularFile.require(path);
    // No channel after this: an interrupted reader would close it for all others.
    RandomAccessFile file = open(path);
    try {
      return new OpenFile(path, file);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private static RandomAccessFile open(Path path) throws IOException {
    try {
      return new RandomAccessFile(path.toFile(), "r");
    } catch (FileNotFoundException e) {
      // Its message has file and reason, in a form of its own.
      throw new AccessDeniedException(path.toString(), null, "cannot be opened: " + e.getMessage());
    }
  }

  /** As it was when it was opened. */
  long length() {
    return length;
  }

  /** Bytes from a position on, copied. Not for several threads: it moves the file's position. */
  byte[] bytes(int from, int count) throws IOException {
    byte[] bytes = new byte[count];
    file.seek(from);
    file.readFully(bytes);
    return bytes;
  }

  /** The bytes, without a look at the file. They stay mapped as long as the caller refers to them. */
  MappedBytes requireMapped() {
    MappedBytes bytes = mapped;
    if (bytes == null) {
      throw new IllegalStateException(path + " is closed");
    }
    return bytes;
  }

  @Override
  public void requireUnchanged() throws IOException {
    mapped();
    state.require(path);
  }

  /** What can be read now. It stays mapped as long as the caller refers to it. */
  MappedBytes mapped() throws IOException {
    MappedBytes bytes = requireMapped();
    long now;
    try {
      now = file.length();
    } catch (IOException e) {
      if (mapped == null) {
        throw new IllegalStateException(path + " is closed", e);
      }
      throw e;
    }
    if (now < length) {
      throw new SafetensorsException(
          "%s: had %d bytes when it was opened but has %d".formatted(path, length, now));
    }
    return bytes;
  }

  @Override
  public void close() {
    mapped = null;
    try {
      file.close();
    } catch (IOException ignored) {
      // Nothing was written.
    }
  }
}
