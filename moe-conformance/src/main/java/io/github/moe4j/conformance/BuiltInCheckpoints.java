package io.github.moe4j.conformance;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The checkpoint folders shipped with the project, named file by file in {@code index.txt} beside them. */
final class BuiltInCheckpoints {
  private static final String FOLDER = "checkpoints/";
  private static final String INDEX = "index.txt";

  private BuiltInCheckpoints() {}

  /**
   * Copies all of them into a directory, since models are opened as files.
   *
   * @param directory empty
   * @return the folders, sorted by name
   * @throws IOException if they cannot be written, or if the project was packaged without them
   */
  static List<CheckpointFolder> copyTo(Path directory) throws IOException {
    List<String> files;
    try (BufferedReader index =
        new BufferedReader(new InputStreamReader(open(INDEX), StandardCharsets.UTF_8))) {
      files = index.lines().toList();
    }
    for (String file : files) {
      Path target = directory.resolve(file);
      Files.createDirectories(target.resolveSibling(""));
      try (InputStream in = open(file)) {
        Files.copy(in, target);
      }
    }
    return CheckpointFolder.in(directory);
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = BuiltInCheckpoints.class.getResourceAsStream(FOLDER + name);
    if (in == null) {
      throw new FileNotFoundException("no resource " + FOLDER + name);
    }
    return in;
  }
}
