package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsFile;
import io.github.moe4j.core.io.SafetensorsPatch;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.ShardedSafetensors;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.internal.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A whole model is written again: what is not of a given layer stays byte for byte. */
class FolderExportTest {
  private static final String ROUTER = "model.layers.0.block_sparse_moe.gate.weight";
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir
  Path root;

  private Path folder = Path.of("");
  private Path target = Path.of("");

  @BeforeEach
  void model() throws IOException {
    folder = Files.createDirectories(root.resolve("model/original")).getParent();
    target = root.resolve("new/tuned");
    Files.writeString(folder.resolve("config.json"), SmallMixtral.CONFIG);
    Files.writeString(folder.resolve("tokenizer.json"), "{\"é\": 1}");
    Files.writeString(folder.resolve("original/params.json"), "{}");
    MemoryTensors tensors = SmallMixtral.tensors();
    SafetensorsWriter writer = Safetensors.writer().metadata("format", "pt");
    writer.put(EMBEDDING, Nd4j.rand(DataType.FLOAT, 6, 4), TensorType.BFLOAT16);
    for (String name : tensors.names()) {
      writer.put(name, tensors.read(name, DataType.FLOAT), TensorType.BFLOAT16);
    }
    writer.writeSharded(folder, 100);
  }

  private Map<MoeBlock, MoeLayer> layers() throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      return Map.of(SmallMixtral.BLOCK, checkpoint.layer(0));
    }
  }

  private static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        files.put(folder.relativize(file).toString(), bytes);
      }
    }
    return files;
  }

  @Test
  void export_unchangedLayers_givesTheSameFiles() throws IOException {
    MoeCheckpoints.export(folder, layers(), target);
    assertTrue(files(folder).size() > 6, "several shards");
    assertEquals(files(folder), files(target));
  }

  @Test
  void export_intoTheFolderItself_copiesNothingOfTheCopy() throws IOException {
    Map<String, String> before = files(folder);
    Path within = folder.resolve("tuned");
    MoeCheckpoints.export(folder, layers(), within);
    assertEquals(before, files(within));
    try (Stream<Path> folders = Files.walk(within)) {
      assertEquals(
          List.of(within, within.resolve("original")),
          folders.filter(Files::isDirectory).sorted().toList());
    }
  }

  /** A single file is opened with the model, shards are when they are read. */
  @Test
  void open_configThatIsRefused_closesTheFile() throws IOException {
    Path one = Files.createDirectories(root.resolve("one"));
    Path file = one.resolve("model.safetensors");
    SafetensorsWriter writer = Safetensors.writer();
    writer.put(EMBEDDING, Nd4j.rand(DataType.FLOAT, 6, 4), TensorType.FLOAT32);
    writer.write(file);
    Files.writeString(one.resolve("config.json"), "{\"model_type\": \"unknown\"}");
    assertThrows(LayoutException.class, () -> MoeCheckpoints.open(one));
    assertFalse(OpenFiles.has(file));
    Files.writeString(one.resolve("config.json"), SmallMixtral.CONFIG);
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(one)) {
      assertEquals("mixtral", checkpoint.layout());
      assertTrue(OpenFiles.has(file));
    }
  }

  @Test
  void export_changedLayer_replacesItsTensorsAlone() throws IOException {
    Map<String, String> before = files(folder);
    Map<MoeBlock, MoeLayer> layers = layers();
    INDArray gate = layers.get(SmallMixtral.BLOCK).parameters().get("router.weight");
    gate.assign(0.375);
    MoeCheckpoints.export(folder, layers, target);
    assertEquals(before, files(folder), "the source is left alone");
    Map<String, String> after = files(target);
    assertEquals(before.keySet(), after.keySet());
    before.keySet().removeIf(name -> before.get(name).equals(after.get(name)));
    assertEquals(1, before.size(), "one shard differs: " + before.keySet());
    try (MoeCheckpoint again = MoeCheckpoints.open(target)) {
      assertEquals(gate, again.layer(0).parameters().get("router.weight"));
    }
  }

  /** One file with a tensor of a kind that cannot be read. */
  @Test
  void export_tensorOfAnotherKind_passesThrough() throws IOException {
    byte[] head =
        "{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},\"%s\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[8,56]}}"
            .formatted(ROUTER)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + head.length + 56).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(head.length).put(head).putLong(77);
    Path one = Files.createDirectories(root.resolve("one"));
    Files.write(one.resolve("model.safetensors"), bytes.array());
    Path copy = Files.createDirectories(root.resolve("copy"));
    Files.copy(one.resolve("model.safetensors"), copy.resolve("model.safetensors"));
    try (ShardedSafetensors model = ShardedSafetensors.open(one);
        SafetensorsPatch patch = SafetensorsPatch.of(model, copy)) {
      patch.put(ROUTER, Nd4j.ones(DataType.FLOAT, 3, 4), TensorType.FLOAT32);
      Exception wrong = assertThrows(
          IllegalArgumentException.class,
          () -> patch.put(ROUTER, Nd4j.ones(DataType.FLOAT, 4, 3), TensorType.FLOAT32));
      assertEquals(ROUTER + " must be [3, 4] but was [4, 3]", wrong.getMessage());
      wrong = assertThrows(
          IllegalArgumentException.class,
          () -> patch.put(ROUTER, Nd4j.ones(DataType.FLOAT, 3, 4), TensorType.FLOAT16));
      assertEquals(ROUTER + " must be FLOAT32 but was FLOAT16", wrong.getMessage());
    }
    for (int i = 0; i < 12; i++) {
      bytes.putFloat(1);
    }
    assertArrayEquals(bytes.array(), Files.readAllBytes(copy.resolve("model.safetensors")));
    try (SafetensorsFile file = Safetensors.open(copy.resolve("model.safetensors"))) {
      assertEquals("I64", file.dtype("ids"));
    }
  }

  @Test
  void export_targetThatExists_isLeftAlone() throws IOException {
    Files.createDirectories(target);
    Map<MoeBlock, MoeLayer> layers = layers();
    var e = assertThrows(
        FileAlreadyExistsException.class, () -> MoeCheckpoints.export(folder, layers, target));
    assertEquals(target + ": nothing is overwritten", e.getMessage());
    assertEquals(Map.of(), files(target));
  }

  @Test
  void export_layerThatDoesNotFit_leavesNothing() throws IOException {
    MoeLayer other = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 6), 2));
    assertThrows(
        LayoutException.class,
        () -> MoeCheckpoints.export(folder, Map.of(SmallMixtral.BLOCK, other), target));
    assertEquals(Map.of(), files(root.resolve("new")));
  }
}
