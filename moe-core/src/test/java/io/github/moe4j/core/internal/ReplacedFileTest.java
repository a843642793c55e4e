package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplacedFileTest {
  private static final String ID = "01234567-89ab-cdef-0123-456789abcdef";

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
  void writeText_noRegularFile_writtenToAsItIs() throws Exception {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    FutureTask<String> reader = new FutureTask<>(() -> Files.readString(pipe));
    Thread thread = new Thread(reader);
    thread.setDaemon(true);
    thread.start();
    ReplacedFile.writeText(pipe, "one");
    assertFalse(Files.isRegularFile(pipe));
    assertEquals("one", reader.get(30, TimeUnit.SECONDS));
    assertEquals(1, files());
  }

  @Test
  void writeText_noSuchFolder_saysSo() {
    Path file = folder.resolve("none").resolve("a.json");
    Exception e =
        assertThrows(NoSuchFileException.class, () -> ReplacedFile.writeText(file, "one"));
    assertEquals(file + ": its folder does not exist", e.getMessage());
  }

  private Path link(Path link, Path target) {
    try {
      return Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      return Assumptions.abort("no links here: " + e);
    }
  }

  private static Set<PosixFilePermission> permissions(Path file) throws IOException {
    Assumptions.assumeTrue(
        Files.getFileAttributeView(file, PosixFileAttributeView.class) != null,
        "no permissions of POSIX here");
    return Files.getPosixFilePermissions(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw-rw-", "r--r-----", "rwxr-xr-x"})
  void writeText_old_keepsPermissions(String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    permissions(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    ReplacedFile.writeText(file, "two");
    assertEquals(permissions, PosixFilePermissions.toString(permissions(file)));
    assertEquals("two", Files.readString(file));
  }

  @Test
  void writeText_new_permissionsOfTheUser() throws IOException {
    Path usual = Files.writeString(folder.resolve("usual"), "");
    Path file = folder.resolve("a.json");
    ReplacedFile.writeText(file, "one");
    assertEquals(permissions(usual), permissions(file));
  }

  @Test
  void write_secretFile_neverReadableByOthers() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    permissions(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    ReplacedFile.write(file, channel -> {
      try (Stream<Path> all = Files.list(folder)) {
        for (Path each : all.toList()) {
          assertEquals("rw-------", PosixFilePermissions.toString(permissions(each)));
        }
      }
    });
  }

  @Test
  void writeText_fileOfAnotherUser_keepsOwner() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    UserPrincipal other;
    try {
      other = file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      Files.setOwner(file, other);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no file of another user can be made here: " + e);
      return;
    }
    ReplacedFile.writeText(file, "two");
    assertEquals(other, Files.getOwner(file));
  }

  @Test
  void writeText_fileSystemWithoutPermissions_written() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"))) {
      Path file = zip.getPath("/a.json");
      assertNull(Files.getFileAttributeView(file, PosixFileAttributeView.class));
      ReplacedFile.writeText(file, "one");
      ReplacedFile.writeText(file, "two");
      assertEquals("two", Files.readString(file));
    }
  }

  @Test
  void writeText_danglingLink_makesWhatItLeadsTo() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path second = link(inner.resolve("second"), Path.of("..", "a.json"));
    Path first = link(folder.resolve("first"), Path.of("inner", "second"));
    ReplacedFile.writeText(first, "one");
    assertTrue(Files.isSymbolicLink(first) && Files.isSymbolicLink(second));
    assertEquals("one", Files.readString(folder.resolve("a.json")));
    assertTrue(Files.isRegularFile(folder.resolve("a.json"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void writeText_loopOfLinks_saysSo() throws IOException {
    Path first = link(folder.resolve("first"), Path.of("second"));
    link(folder.resolve("second"), Path.of("first"));
    Exception e =
        assertThrows(FileSystemException.class, () -> ReplacedFile.writeText(first, "one"));
    assertEquals(
        first + ": is a link that leads back to itself, or through too many others",
        e.getMessage());
    assertTrue(Files.isSymbolicLink(first));
    assertEquals(2, files());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "\ud83d\ude00"})
  void writeText_longestName_written(String letter) throws IOException {
    int bytes = letter.getBytes(StandardCharsets.UTF_8).length;
    Path file = folder.resolve("x".repeat(255 % bytes) + letter.repeat(255 / bytes));
    try {
      Files.writeString(file, "one");
    } catch (IOException e) {
      Assumptions.abort("no names of 255 bytes here: " + e);
    }
    ReplacedFile.writeText(file, "two");
    assertEquals("two", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void writeText_nameTooLong_namesTheFile() {
    Path file = folder.resolve("x".repeat(4000));
    Exception e =
        assertThrows(FileSystemException.class, () -> ReplacedFile.writeText(file, "one"));
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertFalse(e.getMessage().contains(".part"), e.getMessage());
  }

  @Test
  void writeText_folder_saysSo() {
    Exception e =
        assertThrows(FileSystemException.class, () -> ReplacedFile.writeText(folder, "one"));
    assertEquals(folder + ": is a folder, not a file", e.getMessage());
  }

  @Test
  void writeText_fileAsFolder_saysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("ok.txt"), "x").resolve("a.json");
    Exception e =
        assertThrows(NoSuchFileException.class, () -> ReplacedFile.writeText(file, "one"));
    assertEquals(file + ": its folder is a file", e.getMessage());
  }

  @Test
  void writeText_diskFull_namesTheFile() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full), "no such device here");
    Assumptions.assumeFalse(
        Files.isWritable(full.getParent()), "if the code were wrong, it could replace the device");
    Exception e =
        assertThrows(FileSystemException.class, () -> ReplacedFile.writeText(full, "one"));
    assertTrue(e.getMessage().startsWith("/dev/full: "), e.getMessage());
  }

  @Test
  void write_diskFullOnTheWay_namesTheFileAndKeepsTheOldOne() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    Exception e = assertThrows(
        FileSystemException.class,
        () -> ReplacedFile.write(file, channel -> {
          throw new IOException("No space left on device");
        }));
    assertEquals(file + ": No space left on device", e.getMessage());
    assertEquals("one", Files.readString(file));
    assertEquals(1, files());
  }

  private Path part(String name, Duration age) throws IOException {
    Path part = Files.writeString(folder.resolve(name), "part");
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(age)));
    return part;
  }

  @Test
  void writeText_partsOfKilledWriters_removedOnceTheyAreOld() throws IOException {
    Path file = folder.resolve("a.json");
    Path old = part(".a.json." + ID + ".part", Duration.ofMinutes(61));
    Path young = part(".a.json." + ID.replace('0', '1') + ".part", Duration.ofMinutes(59));
    Path ofAnother = part(".b.json." + ID + ".part", Duration.ofDays(1));
    Path other = part(".a.json.old.part", Duration.ofDays(1));
    ReplacedFile.writeText(file, "one");
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young) && Files.exists(ofAnother) && Files.exists(other));
    assertEquals(4, files());
  }

  @Test
  void delete_fileAndItsParts_whateverTheirAge() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "one");
    Path old = part(".a.json." + ID + ".part", Duration.ofMinutes(61));
    Path young = part(".a.json." + ID.replace('0', '1') + ".part", Duration.ZERO);
    Path ofAnother = part(".b.json." + ID + ".part", Duration.ofDays(1));
    ReplacedFile.delete(file);
    assertFalse(Files.exists(file) || Files.exists(old) || Files.exists(young));
    assertTrue(Files.exists(ofAnother));
    ReplacedFile.delete(file);
    ReplacedFile.delete(folder.resolve("none").resolve("a.json"));
    assertEquals(1, files());
  }

  @Test
  void write_longName_partNamedByItsBeginning() throws IOException {
    String most = "x".repeat(88);
    for (String name : new String[] {"a.json", most, most + "y"}) {
      List<String> parts = new ArrayList<>();
      ReplacedFile.write(folder.resolve(name), channel -> {
        try (Stream<Path> all = Files.list(folder)) {
          all.map(p -> p.getFileName().toString())
              .filter(n -> n.endsWith(".part"))
              .forEach(parts::add);
        }
      });
      String begin = name.length() <= 88
          ? "." + name + "."
          : "." + most + "-" + Integer.toHexString(name.hashCode()) + ".";
      assertEquals(1, parts.size());
      assertTrue(parts.get(0).startsWith(begin), parts.get(0));
      assertEquals(begin.length() + 36 + ".part".length(), parts.get(0).length());
    }
  }
}
