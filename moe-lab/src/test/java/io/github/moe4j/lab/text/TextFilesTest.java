package io.github.moe4j.lab.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {

  @TempDir
  Path folder;

  @Test
  void ofFiles_twoFiles_areTwoDomainsNamedByFile() throws IOException {
    Path a = write("a.txt", "\uFEFFerste\r\n\n  zweite \nläßt\n");
    Path b = write("b.txt", "one\ntwo");

    Corpus corpus = Corpus.ofFiles(List.of(a, b));

    assertEquals(List.of("a.txt", "b.txt"), corpus.domainNames());
    assertEquals(List.of("erste", "  zweite ", "läßt"), corpus.domains().get(0).lines());
    assertEquals(List.of("one", "two"), corpus.domains().get(1).lines());
  }

  @Test
  void ofFiles_sameFileName_areNamedByPath() throws IOException {
    Path a = write("a.txt", "one\ntwo");
    Files.createDirectory(folder.resolve("other"));
    Path b = write("other/a.txt", "three\nfour");

    assertEquals(
        List.of(a.toString(), b.toString()), Corpus.ofFiles(List.of(a, b)).domainNames());
  }

  @Test
  void ofFiles_missing_saysSo() {
    Path file = folder.resolve("none.txt");
    assertEquals(file + ": no such file", messageFor(file));
  }

  @Test
  void ofFiles_folder_saysSo() {
    assertEquals(folder + ": is a folder, not a file", messageFor(folder));
  }

  @Test
  void ofFiles_device_isRefusedAtOnce() {
    Path device = Path.of("/dev/zero");
    Assumptions.assumeTrue(Files.exists(device), "no such device here");
    assertEquals(device + ": is not a regular file", messageFor(device));
  }

  @Test
  void ofFiles_namedPipe_isRefusedAtOnce() {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertEquals(pipe + ": is not a regular file", messageFor(pipe)));
  }

  @Test
  void ofFiles_notUtf8_givesTheOffset() throws IOException {
    Path file = folder.resolve("latin1.txt");
    Files.write(file, new byte[] {'a', '\n', 'b', (byte) 0xE4, '\n', 'c'});
    assertEquals(file + ": is not UTF-8 text (the byte at offset 3)", messageFor(file));
  }

  @Test
  void ofFiles_emptyOrOneLine_saysHowManyLines() throws IOException {
    Path empty = write("empty.txt", "");
    assertEquals(
        empty + ": needs at least 2 lines that are not blank but has 0", messageFor(empty));
    Path one = write("one.txt", "only line\n \n");
    assertEquals(one + ": needs at least 2 lines that are not blank but has 1", messageFor(one));
  }

  @Test
  void ofFiles_sameFileTwice_isRefused() throws IOException {
    Path a = write("a.txt", "one\ntwo");
    var e = assertThrows(CorpusException.class, () -> Corpus.ofFiles(List.of(a, a)));
    assertEquals(
        a + ": needs at least 2 different lines, none of them in the domains before it, but has 0",
        e.getMessage());
  }

  @Test
  void ofFiles_none_isRefused() {
    assertThrows(CorpusException.class, () -> Corpus.ofFiles(List.of()));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String messageFor(Path file) {
    return assertThrows(CorpusException.class, () -> Corpus.ofFiles(List.of(file)))
        .getMessage();
  }
}
