package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir
  Path folder;

  @Test
  void main_writtenAndOpened_givesTheSameOutput() throws Throwable {
    Path model = folder.resolve("model");
    List<String> lines =
        Printed.by(() -> ModelFolder.main(new String[] {model.toString()})).stream()
            .filter(line -> line.startsWith("step ") || line.startsWith("same "))
            .toList();
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(
        Printed.number(lines.get(1), "error") < 0.2 * Printed.number(lines.get(0), "error"),
        lines.toString());
    assertEquals("same output: true", lines.get(2));
    assertTrue(Files.isRegularFile(model.resolve("config.json")));
  }
}
