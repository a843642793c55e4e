package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Parts of tensors: of a file, of a folder, and of a source that only reads whole ones. */
class TensorSourceTest {
  @TempDir
  Path folder;

  private final MemoryTensors memory = new MemoryTensors();
  private SafetensorsFile file;
  private ShardedSafetensors sharded;

  @BeforeEach
  void write() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    for (TensorSink sink : List.of(memory, writer)) {
      sink.put("first", Nd4j.createFromArray(-1f), TensorType.FLOAT32);
      // Index i of the first axis has 10·i + 0 … 5.
      sink.put(
          "w",
          Nd4j.createFromArray(0f, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25)
              .reshape('c', 3, 2, 3),
          TensorType.FLOAT16);
      sink.put("scalar", Nd4j.scalar(DataType.FLOAT, 7), TensorType.FLOAT32);
    }
    Path path = folder.resolve("model.safetensors");
    writer.write(path);
    file = Safetensors.open(path);
    sharded = ShardedSafetensors.open(folder);
  }

  @AfterEach
  void close() {
    file.close();
    sharded.close();
  }

  @Test
  void read_someIndices_thoseAlone() throws IOException {
    for (TensorSource source : List.of(memory, file, sharded)) {
      assertPart(source, 0, 1, 0, 1, 2, 3, 4, 5);
      assertPart(source, 1, 1, 10, 11, 12, 13, 14, 15);
      assertPart(source, 1, 2, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25);
      assertPart(source, 0, 3, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25);
    }
  }

  private static void assertPart(TensorSource source, int from, int count, double... expected)
      throws IOException {
    INDArray part = source.read("w", DataType.DOUBLE, from, count);
    assertEquals(DataType.DOUBLE, part.dataType());
    assertEquals('c', part.ordering());
    assertArrayEquals(new long[] {count, 2, 3}, part.shape());
    assertArrayEquals(expected, part.ravel().toDoubleVector());
  }

  @Test
  void read_indicesThatAreNotThere_isRefused() {
    long[][] wrong = {{-1, 2}, {0, 0}, {0, 4}, {2, 2}, {3, 1}, {1, Long.MAX_VALUE}};
    for (long[] part : wrong) {
      assertRefused(
          memory,
          part,
          "w has 3 indices on its first axis but %d from %d were asked for"
              .formatted(part[1], part[0]));
      for (TensorSource source : List.of(file, sharded)) {
        assertRefused(
            source,
            part,
            "w has shape [3, 2, 3] but %d indices from %d of its first axis were asked for"
                .formatted(part[1], part[0]));
      }
    }
  }

  private static void assertRefused(TensorSource source, long[] part, String expected) {
    Exception e = assertThrows(
        IllegalArgumentException.class, () -> source.read("w", DataType.FLOAT, part[0], part[1]));
    assertEquals(expected, e.getMessage());
  }

  @Test
  void read_partOfAScalarOrIntoWholeNumbers_isRefused() {
    Exception e = assertThrows(
        IllegalArgumentException.class, () -> file.read("scalar", DataType.FLOAT, 0, 1));
    assertEquals(
        "scalar has shape [] but 1 indices from 0 of its first axis were asked for",
        e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> file.read("w", DataType.INT32, 0, 1));
    assertEquals("type must be FLOAT or DOUBLE but was INT", e.getMessage());
  }

  @Test
  void places_ofTensors_areThoseOfTheHeader() throws IOException {
    // first, scalar: 4 bytes each; w: 18 numbers of 2 bytes. The header ends where first begins.
    long begin = file.position("first");
    assertEquals(0, begin % 8);
    assertEquals(begin + 4, file.position("scalar"));
    assertEquals(begin + 8, file.position("w"));
    assertEquals(begin + 8 + 36, Files.size(folder.resolve("model.safetensors")));
    assertEquals(begin + 8, sharded.position("w"));
    assertEquals(36, file.byteCount("w"));
    assertEquals(4, sharded.byteCount("scalar"));
    assertEquals("model.safetensors", sharded.fileName("w"));
  }
}
