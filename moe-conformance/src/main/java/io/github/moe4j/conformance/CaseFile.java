package io.github.moe4j.conformance;

import io.github.moe4j.core.internal.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A file that should hold one reference case.
 *
 * @param name the file's name without {@code .json}
 * @param content the way to its bytes
 */
public record CaseFile(String name, Content content) {
  private static final String ENDING = ".json";

  /** The way to the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    /** Opens the file; the caller closes it. */
    InputStream open() throws IOException;
  }

  /** A file by its name with {@code .json}. */
  static CaseFile of(String fileName, Content content) {
    return new CaseFile(fileName.substring(0, fileName.length() - ENDING.length()), content);
  }

  /**
   * The {@code *.json} of a directory, but not of those in it, sorted by name.
   *
   * @throws IOException if the directory cannot be read
   */
  public static List<CaseFile> in(Path directory) throws IOException {
    List<CaseFile> files = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, "*" + ENDING)) {
      for (Path path : paths) {
        files.add(of(path.getFileName().toString(), () -> RegularFile.stream(path)));
      }
    }
    files.sort(Comparator.comparing(CaseFile::name));
    return files;
  }
}
