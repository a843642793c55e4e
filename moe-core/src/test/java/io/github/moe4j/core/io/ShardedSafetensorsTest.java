package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ShardedSafetensorsTest {
  private static final String ONE = "{" + Bytes.tensor("a", "F32", "[1]", 0, 4) + "}";

  @TempDir
  Path folder;

  private static INDArray array(int length, double value) {
    return Nd4j.valueArrayOf(new long[] {length}, value, DataType.FLOAT);
  }

  private Set<String> files() throws IOException {
    Set<String> names = new TreeSet<>();
    try (var all = Files.list(folder)) {
      all.forEach(f -> names.add(f.getFileName().toString()));
    }
    return names;
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
  }

  private String refusal(String json) throws IOException {
    index(json);
    return assertThrows(SafetensorsException.class, () -> ShardedSafetensors.open(folder))
        .getMessage();
  }

  @Test
  void writeSharded_tensorsOfManySizes_keepsToTheLimit() throws IOException {
    SafetensorsWriter writer = Safetensors.writer().metadata("format", "pt");
    // 12 | 24 (larger than a shard) | 8 + 8 | 4 + 4 (float16) bytes at most 16 a shard
    writer.put("z", array(3, 1), TensorType.FLOAT32);
    writer.put("large", array(6, 2), TensorType.FLOAT32);
    writer.put("b", array(2, 3), TensorType.FLOAT32);
    writer.put("c", array(2, 4), TensorType.FLOAT32);
    writer.put("d", array(2, 5), TensorType.FLOAT16);
    writer.put("e", new long[] {2}, TensorType.FLOAT16, () -> array(2, 6));
    Path made = folder.resolve("new/model");
    writer.writeSharded(made, 16);
    assertEquals("""
        {
          "metadata" : {
            "total_size" : 60
          },
          "weight_map" : {
            "b" : "model-00003-of-00004.safetensors",
            "c" : "model-00003-of-00004.safetensors",
            "d" : "model-00004-of-00004.safetensors",
            "e" : "model-00004-of-00004.safetensors",
            "large" : "model-00002-of-00004.safetensors",
            "z" : "model-00001-of-00004.safetensors"
          }
        }
        """, Files.readString(made.resolve("model.safetensors.index.json")));
    try (ShardedSafetensors open = ShardedSafetensors.open(made)) {
      assertEquals(List.of("b", "c", "d", "e", "large", "z"), List.copyOf(open.names()));
      assertEquals(TensorType.FLOAT16, open.type("e"));
      assertEquals("F16", open.dtype("d"));
      assertArrayEquals(new long[] {6}, open.shape("large"));
      assertEquals("model-00004-of-00004.safetensors", open.fileName("e"));
      assertEquals(24, open.byteCount("large"));
      assertEquals(4, open.byteCount("e"));
      // e follows d, which has 2 numbers of 2 bytes.
      assertEquals(open.position("d") + 4, open.position("e"));
      double[] values = {3, 4, 5, 6, 2, 1};
      int i = 0;
      for (String name : open.names()) {
        assertEquals(values[i++], open.read(name, DataType.FLOAT).getDouble(1), name);
      }
    }
    try (SafetensorsFile shard =
        Safetensors.open(made.resolve("model-00001-of-00004.safetensors"))) {
      assertEquals("pt", shard.metadata().get("format"));
    }
    assertThrows(FileAlreadyExistsException.class, () -> writer.writeSharded(made, 16));
    assertThrows(IllegalArgumentException.class, () -> writer.writeSharded(folder, 0));
  }

  @Test
  void writeSharded_failsInBetween_leavesNothing() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", array(1, 1), TensorType.FLOAT32);
    writer.put("b", new long[] {1}, TensorType.FLOAT32, () -> {
      throw new IOException("not there");
    });
    assertThrows(IOException.class, () -> writer.writeSharded(folder, 4));
    assertEquals(Set.of(), files());
    Path made = folder.resolve("new");
    assertThrows(IOException.class, () -> writer.writeSharded(made, 4));
    assertEquals(Set.of(), files());
    assertThrows(SafetensorsException.class, () -> ShardedSafetensors.open(folder));
  }

  @Test
  void writeSharded_cleaningUpFailsToo_isToldBesideTheFirstError() throws IOException {
    Path first = folder.resolve("model-00001-of-00002.safetensors");
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", array(1, 1), TensorType.FLOAT32);
    writer.put("b", new long[] {1}, TensorType.FLOAT32, () -> {
      Files.delete(first);
      Files.createDirectories(first.resolve("in the way"));
      throw new IOException("not there");
    });
    Exception e = assertThrows(IOException.class, () -> writer.writeSharded(folder, 4));
    assertTrue(e.getMessage().contains("not there"), e.getMessage());
    assertEquals(1, e.getSuppressed().length);
    assertEquals(first.toString(), e.getSuppressed()[0].getMessage());
  }

  @Test
  void open_namedPipeInPlaceOfAFile_isRefusedAtOnce() throws IOException {
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      Path single = NamedPipe.create(folder.resolve("model.safetensors"));
      Exception e = assertThrows(IOException.class, () -> ShardedSafetensors.open(folder));
      assertEquals(single + ": is not a regular file", e.getMessage());
      index("{\"weight_map\":{\"a\":\"model.safetensors\"}}");
      ShardedSafetensors open = ShardedSafetensors.open(folder);
      e = assertThrows(IOException.class, () -> open.read("a", DataType.FLOAT));
      assertEquals(single + ": is not a regular file", e.getMessage());
      Path index = folder.resolve("model.safetensors.index.json");
      Files.delete(index);
      NamedPipe.create(index);
      e = assertThrows(IOException.class, () -> ShardedSafetensors.open(folder));
      assertEquals(index + ": is not a regular file", e.getMessage());
    });
  }

  @Test
  void open_singleFileOrNothing_readsOrSaysWhatIsMissing() throws IOException {
    String message = assertThrows(SafetensorsException.class, () -> ShardedSafetensors.open(folder))
        .getMessage();
    assertEquals(folder + " must hold model.safetensors.index.json or model.safetensors", message);
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", RandomArrays.of(DataType.FLOAT, new double[] {7}, 1), TensorType.FLOAT32);
    writer.write(folder.resolve("model.safetensors"));
    ShardedSafetensors open = ShardedSafetensors.open(folder);
    assertEquals(7, open.read("a", DataType.DOUBLE).getDouble(0));
    assertThrows(IllegalArgumentException.class, () -> open.shape("b"));
    open.close();
    assertThrows(IllegalStateException.class, () -> open.read("a", DataType.DOUBLE));
    assertThrows(FileAlreadyExistsException.class, () -> writer.writeSharded(folder, 1));
  }

  @Test
  void open_damagedShard_isSeenWhenItsFirstTensorIsAskedFor() throws IOException {
    Bytes.write(folder.resolve("one"), ONE, new byte[4]);
    Bytes.write(folder.resolve("two"), ONE, new byte[3]);
    index("{\"metadata\":{\"deep\":[[{}]]},\"weight_map\":{\"a\":\"one\",\"b\":\"two\"}}");
    try (ShardedSafetensors open = ShardedSafetensors.open(folder)) {
      open.read("a", DataType.FLOAT);
      assertThrows(SafetensorsException.class, () -> open.read("b", DataType.FLOAT));
      var error = assertThrows(UncheckedIOException.class, () -> open.shape("b"));
      assertTrue(error.getMessage().contains("tensor a ends at byte 4"), error.getMessage());
    }
  }

  @Test
  void open_tensorMissingFromItsShard_isRefused() throws IOException {
    Bytes.write(folder.resolve("one"), ONE, new byte[4]);
    index("{\"weight_map\":{\"a\":\"one\",\"b\":\"one\"}}");
    try (ShardedSafetensors open = ShardedSafetensors.open(folder)) {
      var error = assertThrows(SafetensorsException.class, () -> open.read("a", DataType.FLOAT));
      assertEquals(
          folder.resolve("model.safetensors.index.json") + ": tensor b must be in one but is not",
          error.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../one",
        "/etc/passwd",
        "sub/one",
        "sub/../one",
        "..",
        ".",
        "",
        "C:one",
        "sub\\\\one",
        "one\\u0000",
        "\\ud800" // half a character, of which no name of a file can be made
      })
  void open_indexNamesAnotherFolder_isRefused(String name) throws IOException {
    Bytes.write(folder.resolve("one"), ONE, new byte[4]);
    String message = refusal("{\"weight_map\":{\"a\":\"" + name + "\"}}");
    assertTrue(
        message.contains("tensor a must be in a file of the same folder but the index says "),
        message);
    assertFalse(message.contains("\0"), message);
  }

  @Test
  void open_damagedIndex_isRefused() throws IOException {
    Bytes.write(folder.resolve("one"), ONE, new byte[4]);
    String where = folder.resolve("model.safetensors.index.json") + ": ";
    assertEquals(where + "must have weight_map but lacks it", refusal("{}"));
    assertEquals(
        where + "weight_map has key a twice",
        refusal("{\"weight_map\":{\"a\":\"one\",\"a\":\"one\"}}"));
    assertEquals(where + "x is nested more than 16 deep", refusal("{\"x\":" + "[".repeat(100_000)));
    assertEquals(
        where + "x is nested more than 16 deep",
        refusal("{\"x\":" + "[".repeat(17) + "]".repeat(17) + ",\"weight_map\":{}}"));
    index("{\"x\":" + "[".repeat(16) + "]".repeat(16) + ",\"weight_map\":{}}");
    ShardedSafetensors.open(folder).close();
    assertEquals(
        where + "must end with its object but has START_OBJECT after it",
        refusal("{\"weight_map\":{\"a\":\"one\"}}{}"));
    assertTrue(refusal("{\"weight_map\":{\"a\":\"one\"}").startsWith(where));
    assertTrue(refusal("").startsWith(where));
  }
}
