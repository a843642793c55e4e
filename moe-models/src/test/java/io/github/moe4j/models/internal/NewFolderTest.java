package io.github.moe4j.models.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
  @TempDir
  Path root;

  private long entries() throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.count();
    }
  }

  @Test
  void write_filled_isThereAsAWhole() throws IOException {
    Path target = root.resolve("new");
    NewFolder.write(target, folder -> {
      assertTrue(Files.notExists(target));
      Files.writeString(folder.resolve("a"), "b");
    });
    assertEquals("b", Files.readString(target.resolve("a")));
    assertEquals(1, entries());
    assertThrows(FileAlreadyExistsException.class, () -> NewFolder.write(target, folder -> {}));
  }

  @Test
  void write_thatFails_leavesNothing() throws IOException {
    Path target = root.resolve("new");
    IOException full = new IOException("full");
    IOException e = assertThrows(
        IOException.class,
        () -> NewFolder.write(target, folder -> {
          Files.writeString(folder.resolve("a"), "b");
          throw full;
        }));
    assertTrue(e.getMessage().contains("full"), e.getMessage());
    assertEquals(0, entries());
    IllegalStateException other = new IllegalStateException("other");
    assertSame(
        other,
        assertThrows(
            IllegalStateException.class,
            () -> NewFolder.write(target, folder -> {
              Files.writeString(folder.resolve("a"), "b");
              throw other;
            })));
    assertEquals(0, entries());
  }
}
