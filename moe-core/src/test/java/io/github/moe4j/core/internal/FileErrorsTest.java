package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileErrorsTest {
  private static final Path FILE = Path.of("a.txt");

  @TempDir
  Path folder;

  @Test
  void explained_reasonMissing_classAndReason() {
    Map<FileSystemException, String> all = Map.of(
        new NoSuchFileException("a.txt"), "no such file",
        new AccessDeniedException("a.txt"), "permission denied",
        new FileAlreadyExistsException("a.txt"), "exists already",
        new NotDirectoryException("a.txt"), "is not a folder",
        new DirectoryNotEmptyException("a.txt"), "is a folder that is not empty",
        new FileSystemLoopException("a.txt"), "is a link that leads back to itself",
        new FileSystemException("a.txt"), "FileSystemException");
    all.forEach((e, reason) -> {
      assertEquals("a.txt: " + reason, FileErrors.explained(FILE, e).getMessage());
      assertEquals("a.txt: " + reason, FileErrors.message(e));
    });
    assertEquals(
        AccessDeniedException.class,
        FileErrors.explained(FILE, new AccessDeniedException("a.txt")).getClass());
  }

  @Test
  void explained_fileMissing_named() {
    IOException full = new IOException("No space left on device");
    IOException named = FileErrors.explained(FILE, full);
    assertEquals("a.txt: No space left on device", named.getMessage());
    assertSame(full, named.getCause());
    assertEquals(
        "a.txt: is not UTF-8 text",
        FileErrors.explained(FILE, new MalformedInputException(1)).getMessage());
  }

  @Test
  void explained_reasonWithoutFile_both() {
    FileSystemException full = new FileSystemException(null, null, "No space left on device");
    assertEquals(
        "a.txt: No space left on device", FileErrors.explained(FILE, full).getMessage());
  }

  @Test
  void explained_complete_theSame() {
    IOException complete = new NoSuchFileException("a.txt", null, "why");
    assertSame(complete, FileErrors.explained(FILE, complete));
    IOException closed = new ClosedChannelException();
    assertSame(closed, FileErrors.explained(FILE, closed));
  }

  @Test
  void message_ofOthers_theirOwn() {
    assertEquals("why", FileErrors.message(new IllegalStateException("why")));
    assertEquals("IllegalStateException", FileErrors.message(new IllegalStateException()));
    assertEquals(
        "a.txt: permission denied",
        FileErrors.message(new UncheckedIOException(new AccessDeniedException("a.txt"))));
  }

  @Test
  void createFolders_whereAFileIs_saysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("ok.txt"), "x");
    Exception e =
        assertThrows(FileAlreadyExistsException.class, () -> FileErrors.createFolders(file));
    assertEquals(file + ": is a file, not a folder", e.getMessage());
    Exception below =
        assertThrows(FileSystemException.class, () -> FileErrors.createFolders(file.resolve("a")));
    assertTrue(below.getMessage().contains(file + "/a: "), below.getMessage());
  }
}
