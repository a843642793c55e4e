package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** A folder of which one file is damaged or missing opens, and its other blocks are read. */
class DamagedFolderTest {
  private static final String CONFIG =
      SmallMixtral.CONFIG.replace("\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2");

  @TempDir
  Path folder;

  private Path second = Path.of("");

  @BeforeEach
  void twoShards_aLayerEach() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    SafetensorsWriter writer = Safetensors.writer();
    for (int layer = 0; layer < 2; layer++) {
      MemoryTensors tensors = new MemoryTensors();
      MoeCheckpoints.export(
          SmallMixtral.layer(), CONFIG, MoeBlock.decoder(layer), tensors, TensorType.FLOAT32);
      for (String name : tensors.names()) {
        writer.put(name, tensors.read(name, DataType.FLOAT), TensorType.FLOAT32);
      }
    }
    writer.writeSharded(folder, (3 * 4 + 9 * 4 * 5) * Float.BYTES);
    second = folder.resolve("model-00002-of-00002.safetensors");
    assertTrue(Files.exists(second));
  }

  private String errorOfSecond() throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      assertEquals(
          SmallMixtral.layer().parameters().get("router.weight"),
          checkpoint.layer(0).parameters().get("router.weight"));
      return assertThrows(IOException.class, () -> checkpoint.layer(1)).getMessage();
    }
  }

  @Test
  void layer_ofADamagedFile_isAnErrorAlone() throws IOException {
    Files.write(second, new byte[20]);
    String message = errorOfSecond();
    assertTrue(message.contains("header"), message);
  }

  private void openAndReadFirst() throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      checkpoint.layer(0);
    }
  }

  @Test
  void open_wrongConfig_errorNamesTheFile() throws IOException {
    Path config = folder.resolve("config.json");
    String[] wrong = {
      "{",
      CONFIG.replace("{", "{\"hidden_act\": \"other\", "),
      CONFIG.replace("\"num_local_experts\"", "\"num\"")
    };
    for (String text : wrong) {
      Files.writeString(config, text);
      String message =
          assertThrows(LayoutException.class, this::openAndReadFirst).getMessage();
      assertTrue(message.startsWith(config + ": config "), message);
    }
  }

  @Test
  void read_blockThatTheTensorsLack_errorNamesTheConfig() throws IOException {
    Path config = folder.resolve("config.json");
    Files.writeString(
        config, CONFIG.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      MoeBlock block = MoeBlock.decoder(2);
      List<Executable> all = List.of(
          () -> checkpoint.layer(2),
          () -> checkpoint.layer(block, MappedWeights.streamed()),
          () -> checkpoint.packed(block),
          () -> checkpoint.packed(block, WeightFormat.INT8),
          () -> checkpoint.expert(block, 0, DataType.FLOAT),
          () -> checkpoint.router(block, DataType.FLOAT),
          () -> checkpoint.tensor("none", DataType.FLOAT),
          () -> checkpoint.outline(MoeBlock.decoder(3)),
          () -> checkpoint.linearModules(MoeBlock.decoder(3)),
          () -> checkpoint.export(SmallMixtral.layer(), block, new MemoryTensors()));
      for (Executable read : all) {
        String message = assertThrows(LayoutException.class, read).getMessage();
        assertTrue(message.startsWith(config + ": "), message);
      }
    }
  }

  @Test
  void layer_ofAMissingFile_isAnErrorAlone() throws IOException {
    Files.delete(second);
    String message = errorOfSecond();
    assertTrue(message.contains("model-00002-of-00002.safetensors"), message);
  }

  @Test
  void open_namedPipeAsConfig_isRefusedAtOnce() throws IOException {
    Path config = folder.resolve("config.json");
    Files.delete(config);
    NamedPipe.create(config);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      Exception e = assertThrows(IOException.class, () -> MoeCheckpoints.open(folder));
      assertEquals(config + ": is not a regular file", e.getMessage());
    });
  }

  @Test
  void export_folderWithANamedPipe_isRefusedAndLeavesNothing() throws IOException {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    Path target = folder.resolveSibling(folder.getFileName() + "-copy");
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      Exception e =
          assertThrows(IOException.class, () -> MoeCheckpoints.export(folder, Map.of(), target));
      assertEquals(pipe + ": is not a regular file", e.getMessage());
    });
    assertFalse(Files.exists(target));
  }

  @Test
  void open_folderAsConfig_isNamed() throws IOException {
    Path config = folder.resolve("config.json");
    Files.delete(config);
    Files.createDirectory(config);
    Exception e = assertThrows(IOException.class, () -> MoeCheckpoints.open(folder));
    assertEquals(config + ": is a folder, not a file", e.getMessage());
  }
}
