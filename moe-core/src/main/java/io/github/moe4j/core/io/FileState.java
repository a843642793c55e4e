package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file was changed or replaced.
 *
 * @param length in bytes
 * @param modified when it was last written
 * @param key its identity, such as device and inode; null where the system has none
 */
record FileState(long length, FileTime modified, @Nullable Object key) {
  static FileState of(Path path) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileState(now.size(), now.lastModifiedTime(), now.fileKey());
  }

  /** Throws unless this is still the state of a file. */
  void require(Path path) throws SafetensorsException, IOException {
    FileState now;
    try {
      now = of(path);
    } catch (NoSuchFileException e) {
      throw new SafetensorsException(
          "%s: had %d bytes when it was opened but does not exist any more".formatted(path, length),
          e);
    }
    if (now.length != length) {
      throw new SafetensorsException(
          "%s: had %d bytes when it was opened but has %d".formatted(path, length, now.length));
    }
    if (!Objects.equals(now.key, key)) {
      throw new SafetensorsException(
          "%s: was replaced by another file of %d bytes since it was opened"
              .formatted(path, length));
    }
    if (!now.modified.equals(modified)) {
      throw new SafetensorsException("%s: was last modified at %s when it was opened but at %s now"
          .formatted(path, modified, now.modified));
    }
  }
}
