package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class CheckpointRunnerTest {
  private static final String MIXTRAL = "mixtral_bf16";

  @TempDir
  private Path directory;

  private List<CheckpointFolder> folders = List.of();

  @BeforeEach
  void copy() throws IOException {
    folders = BuiltInCheckpoints.copyTo(directory);
  }

  @TestFactory
  List<DynamicTest> shippedFolders_pass() {
    return folders.stream()
        .map(folder -> DynamicTest.dynamicTest(
            folder.name(),
            () -> assertEquals(
                "PASS " + folder.name(), CheckpointRunner.run(folder).line())))
        .toList();
  }

  private Path mixtral() {
    return directory.resolve(MIXTRAL);
  }

  private String line() {
    return CheckpointRunner.run(new CheckpointFolder(MIXTRAL, mixtral())).line();
  }

  private void replace(String file, String text, String by) throws IOException {
    Path path = mixtral().resolve(file);
    String before = Files.readString(path);
    assertTrue(before.contains(text), before);
    Files.writeString(path, before.replaceFirst(java.util.regex.Pattern.quote(text), by));
  }

  @Test
  void changedWeights_fail() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(mixtral().resolve("model.safetensors").toFile(), "rw")) {
      byte[] all = new byte[(int) file.length()];
      file.readFully(all);
      for (int i = all.length / 4; i < all.length; i += 2) {
        all[i] ^= 0x40; // a bit of each number
      }
      file.seek(0);
      file.write(all);
    }
    assertTrue(line().startsWith("FAIL mixtral_bf16 (layer 0: worst error "), line());
  }

  @Test
  void otherK_fails() throws IOException {
    replace("config.json", "\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 3");
    assertTrue(line().contains("topk_indices has no place for"), line());
  }

  @Test
  void wrongSample_fails() throws IOException {
    String expected = Files.readString(mixtral().resolve("expected.json"));
    int at = expected.indexOf("\"value\":", expected.indexOf("\"samples\""));
    Files.writeString(
        mixtral().resolve("expected.json"),
        expected.substring(0, at) + "\"value\": 12345.0, \"was\":" + expected.substring(at + 8));
    assertTrue(line().contains("sample ") && line().contains("expected 12345.0, was "), line());
  }

  @Test
  void missingAndDamagedFiles_areFailuresWithAReason() throws IOException {
    Files.writeString(mixtral().resolve("expected.json"), "{}");
    assertTrue(line().startsWith("FAIL mixtral_bf16 (not a reference case: no field"), line());
    Files.writeString(mixtral().resolve("expected.json"), "{\"layers\": [], \"samples\": []}");
    assertTrue(line().contains("layers must be at least one but there are none"), line());
    Files.delete(mixtral().resolve("expected.json"));
    assertTrue(line().startsWith("FAIL mixtral_bf16 (cannot be read: "), line());
  }

  @Test
  void in_directoriesAtAnyDepth_areNamedByTheirPath() throws IOException {
    Path deep = Files.createDirectories(directory.resolve("a/b"));
    Files.move(mixtral(), deep.resolve("c"));
    List<String> names =
        CheckpointFolder.in(directory).stream().map(CheckpointFolder::name).toList();
    assertTrue(names.contains("a/b/c") && names.contains("olmoe_bf16"), names.toString());
    assertEquals("c", CheckpointFolder.in(deep.resolve("c")).get(0).name());
  }
}
