package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.internal.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A copy of two files: one with a [1, 2] and b [2], one with c [3]. */
class SafetensorsPatchTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";

  @TempDir
  Path folder;

  private Path copy;
  private ShardedSafetensors model;
  private SafetensorsPatch patch;

  @BeforeEach
  void write() throws IOException {
    copy = folder.resolve("copy");
    for (Path each : new Path[] {folder.resolve("model"), copy}) {
      SafetensorsWriter writer = Safetensors.writer();
      writer.put("a", Nd4j.createFromArray(1f, 2f).reshape(1, 2), TensorType.FLOAT32);
      writer.put("b", Nd4j.createFromArray(3f, 4f), TensorType.FLOAT32);
      writer.putBytes("c", new long[] {3}, TensorType.UINT8, ByteBuffer.wrap(new byte[] {5, 6, 7}));
      writer.writeSharded(each, 16);
    }
    model = ShardedSafetensors.open(folder.resolve("model"));
    patch = SafetensorsPatch.of(model, copy);
  }

  @AfterEach
  void close() throws IOException {
    patch.close();
    model.close();
  }

  private static void assertHolds(ShardedSafetensors open, String name, float... expected)
      throws IOException {
    assertArrayEquals(expected, open.read(name, DataType.FLOAT).ravel().toFloatVector(), name);
  }

  @Test
  void put_arrayAndBytes_replaceTheseTensorsOfTheCopyAlone() throws IOException {
    patch.put("b", Nd4j.createFromArray(-3.0, 0.5), TensorType.FLOAT32);
    patch.putBytes("c", new long[] {3}, TensorType.UINT8, ByteBuffer.wrap(new byte[] {0, 9, -1}));
    patch.put("a", Nd4j.createFromArray(8f, 9f).reshape(1, 2), TensorType.FLOAT32);
    patch.close();
    try (ShardedSafetensors patched = ShardedSafetensors.open(copy)) {
      assertHolds(patched, "a", 8, 9);
      assertHolds(patched, "b", -3, 0.5f);
      assertHolds(patched, "c", 0, 9, 255);
    }
    assertHolds(model, "a", 1, 2);
    assertHolds(model, "b", 3, 4);
    assertHolds(model, "c", 5, 6, 7);
  }

  @Test
  void put_secondOfAFile_leavesTheFirst() throws IOException {
    byte[] before = Files.readAllBytes(copy.resolve(ONE));
    patch.put("b", Nd4j.createFromArray(1.5f, 4f), TensorType.FLOAT32);
    patch.close();
    byte[] after = Files.readAllBytes(copy.resolve(ONE));
    // b is the last: 3 is 0x40400000 and 1.5 is 0x3fc00000, low byte first.
    before[before.length - 6] = (byte) 0xc0;
    before[before.length - 5] = 0x3f;
    assertArrayEquals(before, after);
  }

  private void assertRefused(String expected, Executable put) throws IOException {
    byte[] one = Files.readAllBytes(copy.resolve(ONE));
    byte[] two = Files.readAllBytes(copy.resolve(TWO));
    assertEquals(expected, assertThrows(IllegalArgumentException.class, put).getMessage());
    assertFalse(OpenFiles.has(copy.resolve(ONE)));
    assertFalse(OpenFiles.has(copy.resolve(TWO)));
    assertArrayEquals(one, Files.readAllBytes(copy.resolve(ONE)));
    assertArrayEquals(two, Files.readAllBytes(copy.resolve(TWO)));
  }

  @Test
  void put_whatTheModelDoesNotHold_isRefusedBeforeAFileIsOpened() throws IOException {
    assertRefused(
        "b must be FLOAT32 but was FLOAT16",
        () -> patch.put("b", Nd4j.createFromArray(1f, 2f), TensorType.FLOAT16));
    assertRefused(
        "b must be [2] but was [1, 2]",
        () -> patch.put("b", Nd4j.createFromArray(1f, 2f).reshape(1, 2), TensorType.FLOAT32));
    assertRefused(
        "c must be [3] but was [2]",
        () -> patch.putBytes("c", new long[] {2}, TensorType.UINT8, ByteBuffer.allocate(2)));
    assertRefused(
        folder.resolve("model") + " has no tensor d; it has 3 tensors",
        () -> patch.put("d", Nd4j.createFromArray(1f), TensorType.FLOAT32));
  }

  @Test
  void put_fileOfTheCopyMissing_namesIt() throws IOException {
    Files.delete(copy.resolve(TWO));
    Exception e = assertThrows(
        NoSuchFileException.class,
        () -> patch.putBytes("c", new long[] {3}, TensorType.UINT8, ByteBuffer.allocate(3)));
    assertEquals(copy.resolve(TWO) + ": no such file", e.getMessage());
  }

  @Test
  void close_again_filesStayClosed() throws IOException {
    patch.put("b", Nd4j.createFromArray(1f, 2f), TensorType.FLOAT32);
    assertTrue(OpenFiles.has(copy.resolve(ONE)));
    patch.close();
    assertFalse(OpenFiles.has(copy.resolve(ONE)));
    patch.close();
  }
}
