package io.github.moe4j.fuzz.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads whole folders of small files. */
final class Folders {
  private Folders() {}

  /** Whether an error says that a file of JSON is not UTF-8, with its name. */
  static boolean isText(Exception e) {
    return e instanceof FileSystemException file
        && file.getFile().endsWith(".json")
        && String.valueOf(file.getReason()).contains("UTF-8");
  }

  static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = files.filter(Files::isRegularFile).sorted().toList();
      for (Path file : sorted) {
        all.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return all;
  }
}
