package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacedFileTest {
  @TempDir
  Path folder;

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void writeText_newAndOld_theTextAndNothingElse() throws IOException {
    Path file = folder.resolve("a.json");
    ReplacedFile.writeText(file, "one");
    ReplacedFile.writeText(file, "two");
    assertEquals("two", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void writeText_link_theFileThatItLeadsTo() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    Path link = folder.resolve("link.json");
    try {
      Files.createSymbolicLink(link, file);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no links here: " + e);
    }
    ReplacedFile.writeText(link, "two");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("two", Files.readString(file));
    assertEquals(2, files());
  }

  @Test
  void writeText_noRegularFile_writtenToAsItIs() throws IOException {
    Path device = Path.of("/dev/null");
    Assumptions.assumeTrue(Files.isWritable(device), "no such device here");
    ReplacedFile.writeText(device, "one");
    assertTrue(Files.exists(device) && !Files.isRegularFile(device));
  }

  @Test
  void writeText_noSuchFolder_saysSo() {
    Path file = folder.resolve("none").resolve("a.json");
    Exception e =
        assertThrows(NoSuchFileException.class, () -> ReplacedFile.writeText(file, "one"));
    assertEquals(file + ": its folder does not exist", e.getMessage());
  }
}
