package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class LoadBlockTest {
  @TempDir
  Path folder;

  @Test
  void main_loadedAndCopied_giveEqualOutputsFromEqualTensors() throws Throwable {
    List<String> lines = Printed.by(() -> LoadBlock.main(new String[] {folder.toString()})).stream()
        .filter(l -> l.contains(" decoder layer 0 "))
        .toList();
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(Printed.number(lines.get(0), "norm") > 0, lines.get(0));
    assertEquals(16, Printed.sum(lines.get(0)), lines.get(0));
    assertEquals(lines.get(0).replace("loaded", "copied"), lines.get(1));
    assertEqualTensors(folder.resolve("model"), folder.resolve("copy"));
  }

  private static void assertEqualTensors(Path model, Path copy) throws IOException {
    try (SafetensorsFile a = Safetensors.open(model.resolve("model.safetensors"));
        SafetensorsFile b = Safetensors.open(copy.resolve("model.safetensors"))) {
      assertEquals(13, a.names().size()); // the gate, and three of each expert
      assertEquals(a.names(), b.names());
      for (String name : a.names()) {
        assertEquals(a.dtype(name), b.dtype(name), name);
        assertArrayEquals(
            a.read(name, DataType.FLOAT).toFloatMatrix(),
            b.read(name, DataType.FLOAT).toFloatMatrix(),
            name);
      }
    }
  }
}
