package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFileTest {
  @TempDir
  Path folder;

  private String refusal(String json) throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), json);
    return assertThrows(IllegalArgumentException.class, () -> JsonFile.read(file))
        .getMessage();
  }

  @Test
  void read_figures_theTree() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "[{\"a\": 1.5}]");
    assertEquals(1.5, JsonFile.read(file).get(0).get("a").doubleValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"a\": 1, \"a\": 2} | Duplicate", "{} {} | ", "[1 | ", "x | Unrecognized"})
  void read_noSingleValue_saysWhyInOneLine(String json, String part) throws IOException {
    String message = refusal(json);
    assertTrue(message.startsWith(folder.resolve("a.json") + " is not JSON: "), message);
    assertTrue(message.contains(part == null ? "" : part), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void read_hugeNumber_isNotEchoed() throws IOException {
    String message = refusal("[" + "1".repeat(1_000_000) + "]");
    assertTrue(message.length() < 500, message);
  }

  @Test
  void read_controlCharactersInATable_refused() throws IOException {
    assertTrue(refusal("[{\"benchmark\": \"a\\n| b\\u001b\"}]")
        .endsWith("must have texts of one line but has a\\u000a| b\\u001b"));
    assertTrue(refusal("[{\"a\\u001b\": 1}]").endsWith("but has a\\u001b"));
  }

  @Test
  void read_folder_named() {
    Exception e = assertThrows(FileSystemException.class, () -> JsonFile.read(folder));
    assertEquals(folder + ": is a folder, not a file", e.getMessage());
  }
}
