package io.github.moe4j.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A file that is not as it was written is refused, whatever happened to it. */
class CheckpointDamageTest {
  @TempDir
  Path folder;

  private Path file;
  private byte[] whole;

  @BeforeEach
  void save() throws IOException {
    file = folder.resolve("model");
    Checkpoint.builder()
        .tensor("weight", RandomArrays.of(DataType.FLOAT, new double[] {1, 2, 3, 4, 5, 6}, 2, 3))
        .tensor("double", RandomArrays.of(DataType.DOUBLE, new double[] {7, 8}, 2))
        .doubles("bias", 0.5, -0.5, 0.25)
        .doubles("more", 0.5, 0.5, 0.5)
        .longs("steps", 3)
        .text("note", "hello")
        .save(file);
    whole = Files.readAllBytes(file);
  }

  private String refusal(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    String message =
        assertThrows(CheckpointException.class, () -> Checkpoint.load(file)).getMessage();
    assertTrue(message.contains(file.toString()), message);
    assertTrue(message.contains("byte "), message);
    return message.substring(message.indexOf(file.toString()) + file.toString().length());
  }

  @Test
  void load_cutAtAnyByte_isRefused() throws IOException {
    for (int length = 0; length < whole.length; length++) {
      refusal(Arrays.copyOf(whole, length));
    }
    assertEquals(
        " is damaged at byte 100: there must be %d bytes but are 100".formatted(whole.length),
        refusal(Arrays.copyOf(whole, 100)));
    assertEquals(" is damaged at byte 20: header is truncated", refusal(Arrays.copyOf(whole, 20)));
    assertEquals(" is damaged at byte 8: header is truncated", refusal(Arrays.copyOf(whole, 8)));
    assertEquals(
        " is not a checkpoint: there is no header at byte 0", refusal(Arrays.copyOf(whole, 7)));
  }

  @Test
  @Tag("slow")
  void load_anyBitFlipped_isRefused() throws IOException {
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      refusal(flipped);
    }
  }

  @Test
  void load_anyByteLostOrAdded_isRefused() throws IOException {
    for (int at = 0; at <= whole.length; at++) {
      ByteBuffer longer = ByteBuffer.allocate(whole.length + 1);
      longer.put(whole, 0, at).put((byte) 0).put(whole, at, whole.length - at);
      refusal(longer.array());
      if (at < whole.length) {
        byte[] shorter = new byte[whole.length - 1];
        System.arraycopy(whole, 0, shorter, 0, at);
        System.arraycopy(whole, at + 1, shorter, at, shorter.length - at);
        refusal(shorter);
      }
    }
  }

  @Test
  void load_blocksOfZeros_areRefused() throws IOException {
    for (int from = 0; from < whole.length; from += 16) {
      byte[] zeroed = whole.clone();
      Arrays.fill(zeroed, from, Math.min(from + 16, whole.length), (byte) 0);
      refusal(zeroed);
    }
  }

  @Test
  void load_flippedNumber_namesEntryAndPlace() throws IOException {
    byte[] flipped = whole.clone();
    int start = firstBody();
    flipped[start + 5] ^= 1;
    assertEquals(
        " is damaged at byte %d: entry weight, 24 bytes, does not fit its checksum"
            .formatted(start),
        refusal(flipped));
  }

  @Test
  void load_flippedHeaderOrTable_namesIt() throws IOException {
    byte[] flipped = whole.clone();
    flipped[24] ^= 1; // the length of the file
    assertEquals(
        " is damaged at byte 0: header of 32 bytes does not fit its checksum", refusal(flipped));
    flipped = whole.clone();
    flipped[32 + 4] ^= 1; // the first name
    assertEquals(
        " is damaged at byte 32: table of %d bytes does not fit its checksum"
            .formatted(firstBody() - 32 - 4),
        refusal(flipped));
  }

  /** The check value of CRC-32C, which is that of the digits 1 to 9. */
  @Test
  void checksum_ofTheDigits_isThatOfTheStandard() {
    ByteBuffer digits = ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.US_ASCII));
    assertEquals(0xe3069283, CheckpointFormat.checksum(digits.position(1)));
    assertEquals(9, digits.remaining());
  }

  @Test
  void load_bodiesOfTwoEntriesExchanged_isRefused() throws IOException {
    byte[] exchanged = whole.clone();
    int bias = firstBody() + 24 + 4 + 16 + 4;
    int size = 24 + 4;
    System.arraycopy(whole, bias, exchanged, bias + size, size);
    System.arraycopy(whole, bias + size, exchanged, bias, size);
    assertEquals(
        " is damaged at byte %d: entry bias, 24 bytes, does not fit its checksum".formatted(bias),
        refusal(exchanged));
  }

  @Test
  void load_laterVersion_isRefusedByItsNumber() throws IOException {
    assertEquals(
        " has format version 2 at byte 8 but 1 is what can be read",
        refusal(changed(bytes -> bytes.putInt(8, 2))));
  }

  @Test
  void load_hostileSizesWithRightChecksums_areRefusedBeforeRoomIsMade() throws IOException {
    int length = whole.length;
    int shape = 32 + 4 + "weight".length() + 2; // of the first entry
    String refusal = refusal(changed(bytes -> bytes.putLong(shape, 1L << 40)));
    assertTrue(refusal.startsWith(" is damaged at byte 32: table declares 1319"), refusal);
    assertEquals(
        " is damaged at byte 32: entry 0: weight of shape [4611686018427387904, 3] must have less than"
            + " 2^63 bytes but has more",
        refusal(changed(bytes -> bytes.putLong(shape, 1L << 62))));
    assertEquals(
        " is damaged at byte 32: entry 0: weight has an axis of length -2",
        refusal(changed(bytes -> bytes.putLong(shape, -2))));
    assertEquals(
        " is damaged at byte 32: entry 0: weight has 33 axes",
        refusal(changed(bytes -> bytes.put(shape - 1, (byte) 33))));
    assertEquals(
        " is damaged at byte 32: entry 0: weight is of unknown kind 9",
        refusal(changed(bytes -> bytes.put(shape - 2, (byte) 9))));
    assertEquals(
        " is damaged at byte 32: entry 0: a name has 2147483647 bytes",
        refusal(changed(bytes -> bytes.putInt(32, Integer.MAX_VALUE))));
    assertEquals(
        " is damaged at byte 12: 6 entries in a table of 2147483647 bytes",
        refusal(changed(bytes -> bytes.putInt(16, Integer.MAX_VALUE))));
    refusal = refusal(changed(bytes -> bytes.putInt(12, 7)));
    assertTrue(
        refusal.endsWith(": entry 6: the table is truncated or a name is not valid UTF-8"),
        refusal);
    refusal = refusal(changed(bytes -> bytes.putInt(12, 5)));
    assertTrue(refusal.contains("table declares"), refusal);
    assertEquals(
        " is damaged at byte %d: there must be %d bytes but are %d"
            .formatted(length, 1L << 50, length),
        refusal(changed(bytes -> bytes.putLong(20, 1L << 50))));
  }

  @Test
  void load_tableThatLeavesNoRoom_isRefused() throws IOException {
    int length = whole.length;
    assertEquals(
        " is damaged at byte %d: table is truncated".formatted(length),
        refusal(changed(bytes -> bytes.putInt(16, length - 32))));
    assertEquals(
        " is damaged at byte 12: 6 entries in a table of %d bytes".formatted(length - 31),
        refusal(changed(bytes -> bytes.putInt(16, length - 31))));
    assertEquals(
        " is damaged at byte 12: 6 entries in a table of -1 bytes",
        refusal(changed(bytes -> bytes.putInt(16, -1))));
  }

  @Test
  void load_numbersOfAWrongShape_areRefused() throws IOException {
    Checkpoint.builder().longs("n", 3).save(file);
    whole = Files.readAllBytes(file);
    int axes = 32 + 4 + 1 + 1; // behind the name and the kind
    assertEquals(
        " is damaged at byte 32: entry 0: n has 0 axes",
        refusal(changed(bytes -> bytes.put(axes, (byte) 0))));
    // The longest array has 2^31 − 17 elements; the file would have 63 bytes beside them.
    assertEquals(
        " is damaged at byte 32: table declares %d bytes but there are 71"
            .formatted(63 + 8 * 2147483631L),
        refusal(changed(bytes -> bytes.putLong(axes + 1, 2147483631))));
    assertEquals(
        " is damaged at byte 32: entry 0: n has 2147483632 elements",
        refusal(changed(bytes -> bytes.putLong(axes + 1, 2147483632L))));
  }

  @Test
  void load_sizeJustBelowTheLargest_isRefusedForWhatThereIs() throws IOException {
    Checkpoint.builder().tensor("a", Nd4j.create(DataType.FLOAT, 1)).save(file);
    whole = Files.readAllBytes(file);
    int axis = 32 + 4 + 1 + 2;
    // 63 bytes beside the elements: 2^63 − 1 in all, and 4 more with another element.
    long most = (Long.MAX_VALUE - 63) / 4;
    assertEquals(
        " is damaged at byte 32: table declares 9223372036854775807 bytes but there are 67",
        refusal(changed(bytes -> bytes.putLong(axis, most))));
    assertEquals(
        " is damaged at byte 32: entry 0: the entries have 2^63 bytes or more",
        refusal(changed(bytes -> bytes.putLong(axis, most + 1))));
  }

  @Test
  void load_emptyTensorWithAHugeAxis_takesNoMemory() throws IOException {
    Checkpoint.builder().tensor("weight", Nd4j.create(DataType.FLOAT, 0, 5)).save(file);
    whole = Files.readAllBytes(file);
    int second = 32 + 4 + "weight".length() + 2 + 8;
    Files.write(file, changed(bytes -> bytes.putLong(second, 1L << 60)));
    assertEquals(0, Checkpoint.load(file).tensor("weight").length());
  }

  @Test
  void load_emptyTensorOfNoPossibleSize_isRefused() throws IOException {
    Checkpoint.builder().tensor("weight", Nd4j.create(DataType.FLOAT, 0, 5)).save(file);
    whole = Files.readAllBytes(file);
    int second = 32 + 4 + "weight".length() + 2 + 8;
    assertEquals(
        " is damaged at byte 32: entry 0: weight of shape [0, 4611686018427387904] must have less than"
            + " 2^63 bytes but has more",
        refusal(changed(bytes -> bytes.putLong(second, 1L << 62))));
  }

  @Test
  void load_sumOfSizesOverflows_isRefused() throws IOException {
    Checkpoint.builder()
        .tensor("a", Nd4j.create(DataType.FLOAT, 1))
        .tensor("b", Nd4j.create(DataType.FLOAT, 1))
        .save(file);
    whole = Files.readAllBytes(file);
    int first = 32 + 4 + 1 + 2;
    int second = first + 8 + 4 + 1 + 2;
    assertEquals(
        " is damaged at byte %d: entry 1: the entries have 2^63 bytes or more".formatted(first + 8),
        refusal(changed(bytes -> bytes.putLong(first, 3L << 59).putLong(second, 1L << 60))));
  }

  @Test
  void load_moreEntriesThanAllowed_isRefused() throws IOException {
    String mostEntries = refusal(changed(bytes -> bytes.putInt(12, 1_000_000)));
    assertTrue(
        mostEntries.endsWith(": entry 6: the table is truncated or a name is not valid UTF-8"),
        mostEntries);
    String refusal = refusal(changed(bytes -> bytes.putInt(12, 1_000_001)));
    assertEquals(
        " is damaged at byte 12: 1000001 entries in a table of %d bytes"
            .formatted(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(16)),
        refusal);
  }

  @Test
  void load_namedPipe_isRefusedAtOnce() {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      Exception e = assertThrows(IOException.class, () -> Checkpoint.load(pipe));
      assertEquals(pipe + ": is not a regular file", e.getMessage());
    });
  }

  /** The file with something changed and the checksums of header and table made to fit. */
  private byte[] changed(Consumer<ByteBuffer> change) {
    ByteBuffer bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int table = bytes.getInt(16);
    change.accept(bytes);
    bytes.putInt(28, CheckpointFormat.checksum(bytes.duplicate().limit(28)));
    bytes.putInt(
        32 + table, CheckpointFormat.checksum(bytes.duplicate().position(32).limit(32 + table)));
    return bytes.array();
  }

  private int firstBody() {
    return 32 + ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(16) + 4;
  }
}
