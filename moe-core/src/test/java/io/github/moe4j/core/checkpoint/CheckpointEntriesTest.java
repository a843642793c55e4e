package io.github.moe4j.core.checkpoint;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CheckpointEntriesTest {
  @TempDir
  Path folder;

  private static final INDArray WEIGHT =
      Nd4j.createFromArray(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f).reshape('c', 3, 2, 2);

  private static Checkpoint.Builder whole() {
    return Checkpoint.builder()
        .tensor("weight", WEIGHT)
        .longs("steps", 7, 8, 9)
        .doubles("rates", 0.5, 0.25, 0.125)
        .text("note", "x");
  }

  @Test
  void join_ofSlices_isTheWhole() throws IOException {
    Checkpoint.Builder slices = Checkpoint.builder();
    List<String> names = List.of("weight", "steps", "rates");
    for (String name : names) {
      for (int i = 0; i < 3; i++) {
        CheckpointEntries.slice(whole(), name, i, slices, i + "." + name);
      }
    }
    slices.save(folder.resolve("slices"));
    Checkpoint saved = Checkpoint.load(folder.resolve("slices"));
    assertArrayEquals(new long[] {1, 2, 2}, saved.tensor("1.weight").shape());
    Checkpoint.Builder joined = Checkpoint.builder();
    for (String name : names) {
      List<String> parts = List.of("0." + name, "1." + name, "2." + name);
      CheckpointEntries.join(Collections.nCopies(3, saved), parts, joined, name);
    }
    Checkpoint all = joined.build();
    assertSameBits("weight", WEIGHT, all.tensor("weight"));
    assertArrayEquals(new long[] {7, 8, 9}, all.longs("steps"));
    assertArrayEquals(new double[] {0.5, 0.25, 0.125}, all.doubles("rates"));
  }

  @Test
  void slice_ofTextOrOutOfRange_isRefused() {
    assertEquals(3, CheckpointEntries.firstAxis(whole(), "weight"));
    assertEquals(-1, CheckpointEntries.firstAxis(whole(), "note"));
    assertMessage("note must have a first axis to be divided but is text of [1]", "note", 0);
    assertMessage("index of the first axis of steps must be in [0, 3) but was 3", "steps", 3);
    assertMessage("other must be among the entries [weight, steps, rates, note]", "other", 0);
  }

  private static void assertMessage(String expected, String name, int index) {
    Checkpoint.Builder into = Checkpoint.builder();
    IllegalArgumentException refused = assertThrows(
        IllegalArgumentException.class,
        () -> CheckpointEntries.slice(whole(), name, index, into, "as"));
    assertEquals(expected, refused.getMessage());
    assertTrue(into.names().isEmpty());
  }

  @Test
  void sliceAndJoin_scalar_isRefused() {
    Checkpoint.Builder scalar = Checkpoint.builder().tensor("s", Nd4j.scalar(2f));
    assertEquals(-1, CheckpointEntries.firstAxis(scalar, "s"));
    Exception refused = assertThrows(
        IllegalArgumentException.class,
        () -> CheckpointEntries.slice(scalar, "s", 0, Checkpoint.builder(), "as"));
    assertEquals("s must have a first axis to be divided but is FLOAT of []", refused.getMessage());
    Checkpoint part = scalar.build();
    refused = assertThrows(
        IllegalArgumentException.class,
        () -> CheckpointEntries.join(List.of(part), List.of("s"), Checkpoint.builder(), "as"));
    assertEquals(
        "s must be FLOAT of [] with a first axis of 1 but was FLOAT of []", refused.getMessage());
  }

  /** A slice takes a piece and a little more, as it is moved a piece at a time. */
  @Test
  void copyFrom_sliceOfSeveralPieces_copiesItAlone() {
    int width = CheckpointFormat.PIECE / Float.BYTES + 5;
    INDArray from = Nd4j.arange(20 * width).castTo(DataType.FLOAT).reshape('c', 20, width);
    INDArray to = Nd4j.valueArrayOf(new long[] {20, width}, -1, DataType.FLOAT);
    AxisSlice.of("to", TensorValues.of(to), 1)
        .copyFrom(AxisSlice.of("from", TensorValues.of(from), 2));
    double[] expected = new double[20 * width];
    Arrays.fill(expected, -1);
    for (int i = 0; i < width; i++) {
      expected[width + i] = 2 * width + i;
    }
    assertSameBits("to", expected, values(to));
  }

  @Test
  void join_ofEmptyParts_isEmpty() {
    Checkpoint parts =
        Checkpoint.builder().tensor("0", Nd4j.create(DataType.DOUBLE, 1, 0)).build();
    Checkpoint.Builder into = Checkpoint.builder();
    CheckpointEntries.join(List.of(parts, parts), List.of("0", "0"), into, "as");
    assertArrayEquals(new long[] {2, 0}, into.build().tensor("as").shape());
  }

  @Test
  void slice_savedOfSeveralPieces_isThatOfTheArray() throws IOException {
    int width = CheckpointFormat.PIECE / Float.BYTES + 5;
    INDArray whole = Nd4j.arange(3 * width).castTo(DataType.FLOAT).reshape('c', 3, width);
    Checkpoint.Builder slices = Checkpoint.builder();
    CheckpointEntries.slice(Checkpoint.builder().tensor("w", whole), "w", 1, slices, "w");
    slices.save(folder.resolve("slice"));
    double[] expected = new double[width];
    Arrays.setAll(expected, i -> width + i);
    assertSameBits(
        "slice", expected, values(Checkpoint.load(folder.resolve("slice")).tensor("w")));
  }

  @Test
  void save_sliceOfAClosedArray_isRefusedAndTheOldFileStays() throws IOException {
    Path file = folder.resolve("slices");
    whole().save(file);
    byte[] before = Files.readAllBytes(file);
    INDArray array = WEIGHT.dup();
    Checkpoint.Builder slices = Checkpoint.builder();
    CheckpointEntries.slice(Checkpoint.builder().tensor("w", array), "w", 0, slices, "0.w");
    array.close();
    Exception refused = assertThrows(IllegalArgumentException.class, () -> slices.save(file));
    assertEquals(
        "0.w must be usable but it, or the array of which it is a view, was closed",
        refused.getMessage());
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void join_ofOtherShapes_isRefused() {
    Checkpoint parts =
        Checkpoint.builder().longs("0", 1).doubles("1", 1).longs("2", 1, 2).build();
    for (String second : List.of("1", "2")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> CheckpointEntries.join(
              List.of(parts, parts), List.of("0", second), Checkpoint.builder(), "as"));
    }
  }

  @Test
  void copy_keepsValues() {
    Checkpoint.Builder into = Checkpoint.builder();
    CheckpointEntries.copy(whole(), "weight", into, "a");
    CheckpointEntries.copy(whole().build(), "note", into, "b");
    Checkpoint all = into.build();
    assertSameBits("weight", WEIGHT, all.tensor("a"));
    assertEquals("x", all.text("b"));
    INDArray changed = WEIGHT.dup();
    Checkpoint.Builder kept = Checkpoint.builder().tensor("w", changed);
    Checkpoint.Builder other = Checkpoint.builder();
    CheckpointEntries.copy(kept, "w", other, "w");
    Checkpoint built = other.build();
    changed.assign(0);
    assertSameBits("built before the change", WEIGHT, built.tensor("w"));
  }

  @Test
  void checksum_anyChange_differs() {
    List<Long> sums = new ArrayList<>();
    sums.add(CheckpointEntries.checksum(whole()));
    assertEquals(sums.get(0), CheckpointEntries.checksum(whole()));
    sums.add(CheckpointEntries.checksum(whole().longs("more", 0)));
    sums.add(CheckpointEntries.checksum(whole().longs("more", 1)));
    sums.add(CheckpointEntries.checksum(whole().doubles("more", 1)));
    sums.add(CheckpointEntries.checksum(whole().longs("more", 1, 1)));
    for (int i = 0; i < sums.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(sums.get(i), sums.get(j), i + " and " + j);
      }
    }
  }

  @Test
  void load_someEntries_readsTheseAlone() throws IOException {
    Path file = folder.resolve("file");
    whole().save(file);
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(
        List.of("steps"), List.copyOf(Checkpoint.load(file, "steps"::equals).names()));
    bytes[bytes.length - 8 - 4 - 1] ^= 1; // the text, before its checksum and the end mark
    Files.write(file, bytes);
    assertArrayEquals(
        new long[] {7, 8, 9}, Checkpoint.load(file, "steps"::equals).longs("steps"));
    CheckpointException damaged =
        assertThrows(CheckpointException.class, () -> Checkpoint.load(file, "note"::equals));
    assertTrue(damaged.getMessage().contains("entry note"), damaged.getMessage());
  }
}
