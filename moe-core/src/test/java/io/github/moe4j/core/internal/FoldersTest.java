package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir
  Path folder;

  @Test
  void deleteAll_filesFoldersAndLinks_onlyWhatLinksLeadToStays() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path kept = Files.writeString(other.resolve("kept"), "kept");
    Path own = Files.createDirectories(folder.resolve("own/within"));
    Files.writeString(own.resolve("file"), "text");
    Files.createSymbolicLink(own.resolve("link"), other);

    Folders.deleteAll(folder.resolve("own"));

    assertFalse(Files.exists(folder.resolve("own")));
    assertTrue(Files.exists(kept));
  }

  @Test
  void deleteAll_noFolder_isNamed() {
    assertThrows(NoSuchFileException.class, () -> Folders.deleteAll(folder.resolve("missing")));
  }
}
