package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Types of one byte, tensors as bytes, and what is no safetensors file at all. */
class StoredBytesTest {
  @TempDir
  Path folder;

  @Test
  void putBytes_thenRead_givesNumbersAndBytes() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter writer = Safetensors.writer();
    writer.putBytes("u", new long[] {3}, TensorType.UINT8, ByteBuffer.wrap(new byte[] {0, 7, -1}));
    writer.putBytes(
        "q", new long[] {2, 2}, TensorType.FLOAT8_E4M3, ByteBuffer.wrap(new byte[] {0, 0x38, 1, -1
        }));
    writer.put("s", Nd4j.createFromArray(0.25, 4.0), TensorType.FLOAT8_E8M0);
    writer.put("h", Nd4j.createFromArray(-1.5f), TensorType.FLOAT8_E5M2);
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals("[s, q, h, u]", open.names().toString());
      assertArrayEquals(new float[] {0, 7, 255}, open.read("u", DataType.FLOAT).toFloatVector());
      assertArrayEquals(new double[] {0.25, 4}, open.read("s", DataType.DOUBLE).toDoubleVector());
      assertEquals(-1.5, open.read("h", DataType.DOUBLE).getDouble(0));
      assertEquals(1, open.read("q", DataType.FLOAT).getFloat(0, 1));
      assertEquals(TensorType.FLOAT8_E4M3, open.type("q"));
      ByteBuffer bytes = open.bytes("q", 1, 2);
      assertTrue(bytes.isReadOnly());
      assertEquals(ByteBuffer.wrap(new byte[] {0x38, 1}), bytes);
      assertEquals(ByteBuffer.wrap(new byte[] {0, 7, -1}), open.bytes("u", 0, 3));
      assertEquals(0, open.bytes("u", 3, 0).remaining());
      assertEquals(
          "u has 3 bytes but 2 from 2 were asked for",
          assertThrows(IllegalArgumentException.class, () -> open.bytes("u", 2, 2))
              .getMessage());
      assertEquals(
          "u has 3 bytes but 1 from -1 were asked for",
          assertThrows(IllegalArgumentException.class, () -> open.bytes("u", -1, 1))
              .getMessage());
    }
  }

  @Test
  void putBytes_nameInUseOrTooManyAxes_isRefused() throws IOException {
    long[] axes = new long[32];
    Arrays.fill(axes, 1);
    ByteBuffer one = ByteBuffer.allocate(1);
    SafetensorsWriter writer = Safetensors.writer();
    writer.putBytes("u", axes, TensorType.UINT8, one);
    assertEquals(
        "tensor u must be added once",
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.putBytes("u", axes, TensorType.UINT8, one))
            .getMessage());
    long[] more = Arrays.copyOf(axes, 33);
    more[32] = 1;
    assertEquals(
        "v must have at most 32 axes, none of negative length, but was " + Arrays.toString(more),
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.putBytes("v", more, TensorType.UINT8, one))
            .getMessage());
    Path file = folder.resolve("a.safetensors");
    writer.write(file);
    try (SafetensorsFile open = Safetensors.open(file)) {
      assertEquals(Set.of("u"), open.names());
      assertArrayEquals(axes, open.shape("u"));
    }
  }

  @Test
  void put_numberThatIsNoByte_isRefused() {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("u", Nd4j.createFromArray(1.5), TensorType.UINT8);
    assertThrows(IllegalArgumentException.class, () -> writer.write(folder.resolve("a")));
    assertEquals(
        "b of shape [3] must have 3 bytes but has 2",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    writer.putBytes("b", new long[] {3}, TensorType.UINT8, ByteBuffer.allocate(2)))
            .getMessage());
  }

  @Test
  void bytes_acrossSegments_areCopiedTogether() throws IOException {
    Path file = folder.resolve("segments");
    byte[] all = new byte[40];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    Files.write(file, all);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
        FileChannel channel = open.getChannel()) {
      MappedBytes mapped = MappedBytes.of(channel, all.length, 4);
      for (int from = 0; from < all.length; from++) {
        for (int count = 0; count <= all.length - from; count++) {
          assertEquals(ByteBuffer.wrap(all, from, count), mapped.bytes(from, count));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "version https://git-lfs.github.com/spec/v1, a Git LFS pointer",
    "'<!DOCTYPE html><html>', an HTML page",
    "'<html lang=\"en\">', an HTML page",
    "\'GGUF\u0003\', a GGUF file",
    "\'PK\u0003\u0004\', a PyTorch checkpoint",
  })
  void open_fileOfAnotherKind_isNamed(String head, String kind) throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.write(file, (head + "0".repeat(100)).getBytes(StandardCharsets.ISO_8859_1));
    String message =
        assertThrows(SafetensorsException.class, () -> Safetensors.open(file)).getMessage();
    assertTrue(message.startsWith(file + ": is " + kind), message);
  }

  @Test
  void open_shortFile_saysWhatItIs() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Files.writeString(file, "GGUF");
    assertEquals(
        file + ": is a GGUF file: use the model's safetensors",
        assertThrows(SafetensorsException.class, () -> Safetensors.open(file)).getMessage());
    Files.write(file, new byte[8]); // the length of a header of no bytes
    assertEquals(
        file + ": header: must begin with {",
        assertThrows(SafetensorsException.class, () -> Safetensors.open(file)).getMessage());
  }

  @Test
  void open_folderOfAnotherFormat_namesTheFile() throws IOException {
    Files.write(folder.resolve("pytorch_model.bin"), new byte[1]);
    Files.write(folder.resolve("config.json"), new byte[1]); // comes first, but has no weights
    String message = assertThrows(SafetensorsException.class, () -> ShardedSafetensors.open(folder))
        .getMessage();
    assertTrue(message.endsWith("; found pytorch_model.bin, which is of another format"), message);
  }

  @Test
  void shardMissing_othersAreRead() throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", Nd4j.createFromArray(1f), TensorType.FLOAT32);
    writer.put("b", Nd4j.createFromArray(2f), TensorType.FLOAT32);
    writer.writeSharded(folder.resolve("m"), 4);
    Files.delete(folder.resolve("m/model-00001-of-00002.safetensors"));
    try (ShardedSafetensors open = ShardedSafetensors.open(folder.resolve("m"))) {
      assertEquals(2, open.read("b", DataType.FLOAT).getFloat(0));
      assertEquals("[a, b]", open.names().toString());
      assertTrue(open.isPresent("b") && !open.isPresent("a"));
      String message = assertThrows(
              SafetensorsException.class, () -> open.read("a", DataType.FLOAT))
          .getMessage();
      assertTrue(
          message.endsWith(
              "tensor a is in model-00001-of-00002.safetensors according to the index, but that file does not exist"),
          message);
    }
  }
}
