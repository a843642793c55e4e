package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.internal.OpenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Bytes that are read where they lie, and files that change meanwhile. */
class StoredFileTest {
  @TempDir
  Path folder;

  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("model.safetensors");
    write(file, 0.5f);
  }

  private static void write(Path file, float first) throws IOException {
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", Nd4j.createFromArray(1f), TensorType.FLOAT32);
    writer.put("w", Nd4j.createFromArray(first, -2f, 3f), TensorType.FLOAT32);
    writer.write(file);
  }

  @Test
  void get_bytesAndNumbers_thoseOfTheTensor() throws IOException {
    try (ShardedSafetensors open = ShardedSafetensors.open(folder)) {
      TensorBytes w = open.stored("w");
      assertEquals(12, w.length());
      float[] numbers = {9, 9, 9};
      w.get(4, numbers, 1, 2);
      assertArrayEquals(new float[] {9, -2, 3}, numbers);
      byte[] bytes = new byte[4];
      w.get(2, bytes, 1, 3); // 0.5 is 0x3f000000, and −2 is 0xc0000000
      assertArrayEquals(new byte[] {0, 0, 0x3f, 0}, bytes);
      assertThrows(IndexOutOfBoundsException.class, () -> w.get(10, bytes, 0, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> w.get(-1, bytes, 0, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> w.get(4, numbers, 0, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> w.get(0, bytes, 2, 3));
      assertSame(w.file(), open.stored("a").file());
      w.file().requireUnchanged();
    }
  }

  @Test
  void get_afterClose_isAnError() throws IOException {
    SafetensorsFile open = Safetensors.open(file);
    TensorBytes w = open.stored("w");
    open.close();
    for (Runnable use : new Runnable[] {
      () -> w.get(0, new byte[1], 0, 1), () -> w.get(0, new float[1], 0, 1), () -> open.stored("w")
    }) {
      assertEquals(
          file + " is closed",
          assertThrows(IllegalStateException.class, use::run).getMessage());
    }
    assertThrows(IllegalStateException.class, () -> w.file().requireUnchanged());
  }

  @Test
  void get_acrossSegments_isWhole() throws IOException {
    byte[] all = new byte[100];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    Path plain = folder.resolve("bytes");
    Files.write(plain, all);
    try (FileChannel channel = FileChannel.open(plain)) {
      MappedBytes mapped = MappedBytes.of(channel, 100, 4);
      byte[] target = new byte[100];
      mapped.get(3, target, 2, 97);
      for (int i = 0; i < 97; i++) {
        assertEquals(3 + i, target[2 + i]);
      }
      float[] numbers = new float[20];
      mapped.get(3, numbers, 1, 19);
      for (int i = 0; i < 19; i++) {
        int b = 3 + 4 * i;
        int bits = b | b + 1 << 8 | b + 2 << 16 | b + 3 << 24;
        assertEquals(bits, Float.floatToRawIntBits(numbers[1 + i]));
      }
    }
  }

  @Test
  void get_anyPartOfFilesOfAnyLength_isThatPartAndNoMore() throws IOException {
    byte[] all = new byte[40];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i + 1);
    }
    Path plain = folder.resolve("bytes");
    for (int length = 1; length <= all.length; length++) {
      Files.write(plain, Arrays.copyOf(all, length));
      try (FileChannel channel = FileChannel.open(plain)) {
        MappedBytes mapped = MappedBytes.of(channel, length, 4);
        for (int from = 0; from < length; from++) {
          for (int count = 0; count <= length - from; count++) {
            byte[] target = new byte[all.length + 2];
            mapped.get(from, target, 1, count);
            byte[] expected = new byte[all.length + 2];
            System.arraycopy(all, from, expected, 1, count);
            assertArrayEquals(expected, target);
          }
        }
      }
    }
  }

  @Test
  void close_openFiles_areReleased() throws IOException {
    SafetensorsFile open = Safetensors.open(file);
    ShardedSafetensors model = ShardedSafetensors.open(folder);
    assertTrue(OpenFiles.has(file));
    open.close();
    assertTrue(OpenFiles.has(file)); // by the other
    model.close();
    assertFalse(OpenFiles.has(file));
  }

  @Test
  void open_refusedFile_isReleased() throws IOException {
    Files.write(file, new byte[9]);
    assertThrows(SafetensorsException.class, () -> Safetensors.open(file));
    assertFalse(OpenFiles.has(file));
  }

  private String changed(SafetensorsFile open) {
    return assertThrows(
            SafetensorsException.class, () -> open.stored("w").file().requireUnchanged())
        .getMessage();
  }

  @Test
  void requireUnchanged_truncatedOrGrown_namesBothLengths() throws IOException {
    long length = Files.size(file);
    try (SafetensorsFile open = Safetensors.open(file);
        RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      for (long now : new long[] {length - 5, 0, length + 1}) {
        writer.setLength(now);
        assertEquals(
            file + ": had " + length + " bytes when it was opened but has " + now, changed(open));
      }
    }
  }

  @Test
  void requireUnchanged_replacedOrDeleted_saysSo() throws IOException {
    Path other = folder.resolve("other");
    write(other, 0.25f);
    try (SafetensorsFile open = Safetensors.open(file)) {
      // What a system without identities of files tells them by.
      Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
      boolean hasKey = FileState.of(file).key() != null;
      if (hasKey) {
        assertEquals(
            file + ": was replaced by another file of " + Files.size(file)
                + " bytes since it was opened",
            changed(open));
      }
      long length = Files.size(file);
      Files.delete(file);
      assertEquals(
          file + ": had " + length + " bytes when it was opened but does not exist any more",
          changed(open));
    }
  }

  @Test
  void requireUnchanged_writtenInPlace_namesTheTimes() throws IOException {
    try (SafetensorsFile open = Safetensors.open(file)) {
      FileTime before = Files.getLastModifiedTime(file);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
      String message = changed(open);
      assertTrue(
          message.contains(before + " when it was opened but at 1970-01-01T00:00:01Z now"),
          message);
    }
  }

  @Test
  void stored_sourceWithoutFiles_isRefused() {
    TensorSource source = new MemoryTensors();
    String message = assertThrows(UnsupportedOperationException.class, () -> source.stored("w"))
        .getMessage();
    assertEquals("io.github.moe4j.testkit.MemoryTensors is not made of files", message);
  }
}
