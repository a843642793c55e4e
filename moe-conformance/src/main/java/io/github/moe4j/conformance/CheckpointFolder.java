package io.github.moe4j.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model in a folder, with what it should give.
 *
 * @param name shown in results
 * @param path of the folder
 */
record CheckpointFolder(String name, Path path) {
  /** What it should give, beside {@code config.json} and the tensors. */
  static final String EXPECTED = "expected.json";

  /** Whether a directory is such a folder. */
  static boolean is(Path directory) {
    return Files.isRegularFile(directory.resolve(EXPECTED));
  }

  /**
   * All in a directory, itself included, at any depth, sorted by path.
   *
   * @throws IOException if one cannot be read
   */
  static List<CheckpointFolder> in(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isDirectory)
          .filter(CheckpointFolder::is)
          .sorted()
          .map(path -> new CheckpointFolder(name(directory, path), path))
          .toList();
    }
  }

  private static String name(Path directory, Path path) {
    String relative = directory.relativize(path).toString();
    return relative.isEmpty()
        ? String.valueOf(path.toAbsolutePath().normalize().getFileName())
        : relative.replace('\\', '/');
  }
}
