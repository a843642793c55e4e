package io.github.moe4j.cli.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir
  Path folder;

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void replace_newAndOld_theTextAndNothingElse() throws IOException {
    Path file = folder.resolve("a.json");
    TextFile.replace(file, "one");
    TextFile.replace(file, "two");
    assertEquals("two", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void replace_link_theFileThatItLeadsTo() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    Path link = folder.resolve("link.json");
    try {
      Files.createSymbolicLink(link, file);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no links here: " + e);
    }
    TextFile.replace(link, "two");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("two", Files.readString(file));
    assertEquals(2, files());
  }
}
