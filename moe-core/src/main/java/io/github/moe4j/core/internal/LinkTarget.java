package io.github.moe4j.core.internal;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a file is or will be, with all links followed: also the last one, when nothing is there yet. */
final class LinkTarget {
  /** As many as systems follow. */
  private static final int MOST_LINKS = 40;

  private LinkTarget() {}

  /**
   * The place in a folder that exists.
   *
   * @param file a file, a link to one, or what is to become one
   */
  static Path of(Path file) throws IOException {
    Path place = inRealFolder(file, file.toAbsolutePath());
    for (int i = 0; Files.isSymbolicLink(place); i++) {
      if (i == MOST_LINKS) {
        throw new FileSystemException(
            file.toString(),
            null,
            "is a link that leads back to itself, or through too many others");
      }
      place = inRealFolder(file, place.resolveSibling(Files.readSymbolicLink(place)));
    }
    return place;
  }

  private static Path inRealFolder(Path file, Path place) throws IOException {
    Path folder = place.getParent();
    Path name = place.getFileName();
    if (folder == null || name == null || name.toString().equals("..")) {
      throw new FileSystemException(file.toString(), null, "is a folder, not a file");
    }
    try {
      Path real = folder.toRealPath();
      if (Files.isDirectory(real)) {
        return real.resolve(name);
      }
    } catch (NoSuchFileException e) {
      throw FileErrors.with(file, "its folder does not exist", e);
    }
    throw new NoSuchFileException(file.toString(), null, "its folder is a file");
  }
}
