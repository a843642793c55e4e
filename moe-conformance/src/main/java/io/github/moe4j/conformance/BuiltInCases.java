package io.github.moe4j.conformance;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The reference cases shipped with the project.
 *
 * <p>A class path cannot be listed, so {@code index.txt} beside them names them, one a line.
 */
public final class BuiltInCases {
  private static final String FOLDER = "cases/";
  private static final String INDEX = "index.txt";

  private BuiltInCases() {}

  /**
   * All of them, sorted by name.
   *
   * @throws IOException if the project was packaged without them
   */
  public static List<CaseFile> all() throws IOException {
    try (BufferedReader index =
        new BufferedReader(new InputStreamReader(open(INDEX), StandardCharsets.UTF_8))) {
      return index
          .lines()
          .sorted()
          .map(name -> CaseFile.of(name, () -> open(name)))
          .toList();
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = BuiltInCases.class.getResourceAsStream(FOLDER + name);
    if (in == null) {
      throw new FileNotFoundException("no resource " + FOLDER + name);
    }
    return in;
  }
}
