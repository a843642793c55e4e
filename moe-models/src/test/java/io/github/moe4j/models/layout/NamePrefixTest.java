package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Names that a tool put a prefix before. */
class NamePrefixTest {
  private static MemoryTensors prefixed(String prefix) throws IOException {
    MemoryTensors plain = SmallMixtral.tensors();
    MemoryTensors result = new MemoryTensors();
    for (String name : plain.names()) {
      result.put(prefix + name, plain.read(name, DataType.FLOAT), plain.type(name));
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "module.",
        "_orig_mod.",
        "base_model.model.",
        "language_model.",
        "module.language_model.",
        "model.module."
      })
  void open_prefixedNames_areReadAndWrittenUnderThem(String prefix) throws IOException {
    MemoryTensors tensors = prefixed(prefix);
    try (MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors)) {
      assertEquals(prefix, checkpoint.prefix());
      assertEquals(tensors.names(), checkpoint.tensorNames());
      MoeBlock block = checkpoint.blocks().get(0);
      MemoryTensors again = new MemoryTensors();
      checkpoint.export(checkpoint.layer(block, DataType.FLOAT), block, again);
      assertEquals(
          again.names().size(),
          again.names().stream().filter(tensors.names()::contains).count());
      for (String name : again.names()) {
        assertEquals(tensors.read(name, DataType.FLOAT), again.read(name, DataType.FLOAT), name);
      }
    }
  }

  @Test
  void open_otherModelsNamesInside_areNotTaken() throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, prefixed("mtp."))) {
      assertEquals("", checkpoint.prefix());
      assertThrows(LayoutException.class, () -> checkpoint.layer(0));
    }
  }

  @Test
  void layer_tensorMissing_isNamedWithItsPrefix() throws IOException {
    MemoryTensors tensors = prefixed("module.");
    String missing = Set.copyOf(tensors.names()).stream()
        .filter(name -> name.contains("layers.0.") && name.contains("experts.1.w2"))
        .findFirst()
        .orElseThrow();
    tensors.remove(missing);
    try (MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors)) {
      String message =
          assertThrows(LayoutException.class, () -> checkpoint.layer(0)).getMessage();
      assertEquals("tensor " + missing, message.substring(0, message.indexOf(" of shape")));
    }
  }
}
