package io.github.moe4j.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.watch.WatchedLayer;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

@ExtendWith(Seeds.class)
class CheckpointTest {
  private static final double[] ODD = {
    0, -0.0, 1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, -1e-300
  };

  @TempDir
  Path folder;

  private Checkpoint saved(Checkpoint.Builder builder) throws IOException {
    Path file = folder.resolve("model.ckpt");
    builder.save(file);
    return Checkpoint.load(file);
  }

  @Test
  void load_allKinds_sameNamesAndBits() throws IOException {
    long[] whole = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE};
    Checkpoint loaded = saved(Checkpoint.builder()
        .doubles("z", ODD)
        .longs("a.b", whole)
        .longs("steps", 42)
        .text("Größe 𝄞", "line\nπ\u0000")
        .text("empty", "")
        .doubles("none")
        .tensor("float", RandomArrays.of(DataType.FLOAT, ODD, 2, 4))
        .tensor("double", RandomArrays.of(DataType.DOUBLE, ODD, 2, 2, 2)));
    assertEquals(
        List.of("z", "a.b", "steps", "Größe 𝄞", "empty", "none", "float", "double"),
        List.copyOf(loaded.names()));
    Near.assertSameBits("z", ODD, loaded.doubles("z"));
    assertArrayEquals(whole, loaded.longs("a.b"));
    assertEquals(42, loaded.number("steps"));
    assertEquals("line\nπ\u0000", loaded.text("Größe 𝄞"));
    assertEquals("", loaded.text("empty"));
    assertEquals(0, loaded.doubles("none").length);
    assertArrayEquals(new long[] {2, 4}, loaded.tensor("float").shape());
    assertArrayEquals(new long[] {2, 2, 2}, loaded.tensor("double").shape());
    Near.assertSameBits("double", ODD, Near.values(loaded.tensor("double")));
    for (int i = 0; i < ODD.length; i++) {
      assertEquals(
          Float.floatToRawIntBits((float) ODD[i]),
          Float.floatToRawIntBits(loaded.tensor("float").getFloat(i)));
    }
  }

  @Test
  void load_shapesOfAllSorts_sameShapes() throws IOException {
    Checkpoint loaded = saved(Checkpoint.builder()
        .tensor("scalar", Nd4j.scalar(DataType.FLOAT, 3))
        .tensor("ones", RandomArrays.of(DataType.DOUBLE, new double[] {4}, 1, 1, 1))
        .tensor("empty", Nd4j.create(DataType.FLOAT, 0, 5)));
    assertArrayEquals(new long[0], loaded.tensor("scalar").shape());
    assertEquals(3, loaded.tensor("scalar").getDouble());
    assertArrayEquals(new long[] {1, 1, 1}, loaded.tensor("ones").shape());
    assertArrayEquals(new long[] {0, 5}, loaded.tensor("empty").shape());
  }

  @Test
  void load_tensorsOfManyPieces_sameBits() throws IOException {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (int more : new int[] {-1, 0, 1, 12345}) {
        int length = 2 * CheckpointFormat.PIECE / type.width() + more;
        INDArray array = RandomArrays.normal(type, Seeds.random(more), 1, length);
        Near.assertSameBits(
            "tensor",
            Near.values(array),
            Near.values(saved(Checkpoint.builder().tensor("x", array)).tensor("x")));
      }
    }
  }

  @Test
  void save_rowsOfALargerArray_thoseRowsOnly() throws IOException {
    INDArray whole = RandomArrays.normal(DataType.FLOAT, Seeds.random(3), 6, 4);
    INDArray rows = whole.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all());
    INDArray target = Nd4j.zeros(DataType.FLOAT, 6, 4);
    Checkpoint loaded = saved(Checkpoint.builder()
        .parameters("p", NamedArrays.builder().add("w", rows).build()));
    Near.assertSameBits("rows", Near.values(rows.dup()), Near.values(loaded.tensor("p.w")));
    INDArray live = target.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all());
    loaded.into("p", NamedArrays.builder().add("w", live).build());
    Near.assertSameBits("rows", Near.values(rows.dup()), Near.values(live.dup()));
    assertEquals(0, target.getRow(1).sumNumber().doubleValue());
    assertEquals(0, target.getRow(5).sumNumber().doubleValue());
  }

  @Test
  void load_mostAxesAndLongestName_isThere() throws IOException {
    long[] axes = new long[32];
    Arrays.fill(axes, 1);
    String longest = "é".repeat(512); // of 2 bytes each
    Checkpoint loaded =
        saved(Checkpoint.builder().tensor(longest, Nd4j.ones(DataType.FLOAT, axes)));
    assertEquals(List.of(longest), List.copyOf(loaded.names()));
    assertArrayEquals(axes, loaded.tensor(longest).shape());
  }

  @Test
  void builder_millionEntries_takesNoMore() {
    Checkpoint.Builder builder = Checkpoint.builder().longs("n", 1);
    Values values = builder.entries().get("n");
    for (int i = 2; i < 1_000_000; i++) {
      builder.entries().put("n" + i, values); // without the checks of names, which take seconds
    }
    builder.longs("last", 1);
    assertMessage("entries must be at most 1000000", () -> builder.longs("more", 1));
    assertEquals(1_000_000, builder.names().size());
  }

  @Test
  void save_closedArray_isRefusedBeforeTheFileChanges() throws IOException {
    Path file = folder.resolve("model");
    Checkpoint.builder().longs("n", 1).save(file);
    byte[] before = Files.readAllBytes(file);
    INDArray array = Nd4j.ones(DataType.FLOAT, 2);
    Checkpoint.Builder builder = Checkpoint.builder().longs("n", 2).tensor("x", array);
    array.close();
    String expected = "x must be usable but it, or the array of which it is a view, was closed";
    assertMessage(expected, () -> builder.save(file));
    assertMessage(expected, () -> Checkpoint.builder().tensor("x", array));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void save_nothing_loadsAsNothing() throws IOException {
    assertEquals(0, saved(Checkpoint.builder()).names().size());
  }

  @Test
  void build_tensorChangedLater_keepsWhatItHeld() throws IOException {
    INDArray array = Nd4j.ones(DataType.FLOAT, 2);
    double[] numbers = {1};
    Checkpoint built =
        Checkpoint.builder().tensor("x", array).doubles("n", numbers).build();
    array.assign(9);
    numbers[0] = 9;
    built.tensor("x").assign(9);
    built.doubles("n")[0] = 9;
    assertEquals(1, built.tensor("x").getDouble(1));
    assertEquals(1, built.doubles("n")[0]);
    built.save(folder.resolve("built"));
    assertEquals(1, Checkpoint.load(folder.resolve("built")).tensor("x").getDouble(0));
  }

  @Test
  void into_sameParametersAndBias_sameBits() throws IOException {
    NamedArrays layer = parameters(2, 3, DataType.FLOAT);
    ExpertBias bias = ExpertBias.of(1, -2);
    Checkpoint loaded =
        saved(Checkpoint.builder().parameters("layer", layer).bias("layer-bias", bias));
    NamedArrays other = parameters(2, 3, DataType.FLOAT);
    other.forEach((name, array) -> array.assign(0));
    ExpertBias otherBias = ExpertBias.zeros(2);
    loaded.into("layer", other);
    loaded.into("layer-bias", otherBias);
    layer.forEach((name, array) ->
        Near.assertSameBits(name, Near.values(array), Near.values(other.get(name))));
    Near.assertSameBits("bias", bias.values(), otherBias.values());
    assertEquals(
        List.of("router", "experts.bias"), List.copyOf(loaded.below("layer").names()));
  }

  @Test
  void into_betweenForwardAndBackward_backwardSaysWhy() {
    MoeLayer layer = WatchedLayer.builder("block 3").build();
    Checkpoint saved =
        Checkpoint.builder().parameters("layer", layer.parameters()).build();
    TokenBatch input = TokenBatch.training(WatchedLayer.normal(2, 6));
    try (MoePass pass = layer.forward(input)) {
      saved.into(
          "layer", layer.parameters()); // the same numbers, which are no change by themselves
      Exception e =
          assertThrows(IllegalStateException.class, () -> pass.backward(WatchedLayer.normal(3, 6)));
      assertTrue(
          e.getMessage()
              .contains("came after its parameters were changed, by an optimizer or from a"
                  + " checkpoint"),
          e.getMessage());
    }
  }

  private static NamedArrays parameters(int experts, int width, DataType type) {
    return NamedArrays.builder()
        .add("router", RandomArrays.normal(type, Seeds.random(1), experts, width))
        .add("experts.bias", RandomArrays.normal(type, Seeds.random(2), width))
        .build();
  }

  @Test
  void into_otherParameters_namesFirstMismatchAndChangesNothing() {
    Checkpoint saved = Checkpoint.builder()
        .parameters("layer", parameters(2, 3, DataType.FLOAT))
        .doubles("bias", 1, 2)
        .doubles("text.router", 1)
        .build();
    assertRefused(
        saved, parameters(4, 3, DataType.FLOAT), "layer.router must be [4, 3] but was [2, 3]");
    assertRefused(
        saved, parameters(2, 5, DataType.FLOAT), "layer.router must be [2, 5] but was [2, 3]");
    assertRefused(
        saved, parameters(2, 3, DataType.DOUBLE), "layer.router must be DOUBLE but was FLOAT");
    assertRefused(
        saved,
        NamedArrays.builder()
            .add("router", Nd4j.zeros(DataType.FLOAT, 2, 3))
            .add("experts.weight", Nd4j.zeros(DataType.FLOAT, 3))
            .build(),
        "layer.experts.weight is not in the checkpoint, which has 4 entries, first layer.router,"
            + " layer.experts.bias, bias, text.router");
    assertRefused(
        saved,
        NamedArrays.builder().add("router", Nd4j.zeros(DataType.FLOAT, 2, 3)).build(),
        "layer.experts.bias is in the checkpoint but not among the parameters");
    assertMessage(
        "text.router must be a tensor but was double[]",
        () -> saved.into("text", parameters(2, 3, DataType.FLOAT)));
    assertMessage(
        "bias must have length 4 but has 2", () -> saved.into("bias", ExpertBias.zeros(4)));
  }

  private static void assertRefused(Checkpoint saved, NamedArrays target, String message) {
    target.forEach((name, array) -> array.assign(7));
    assertMessage(message, () -> saved.into("layer", target));
    target.forEach((name, array) -> assertEquals(7, array.minNumber().doubleValue(), name));
    target.forEach((name, array) -> assertEquals(7, array.maxNumber().doubleValue(), name));
  }

  @Test
  void get_anotherKindOrName_messageNamesIt() {
    Checkpoint saved = Checkpoint.builder().longs("n", 1, 2).text("t", "x").build();
    assertMessage("n must be a tensor but was long[]", () -> saved.tensor("n"));
    assertMessage("n must be double[] but was long[]", () -> saved.doubles("n"));
    assertMessage("n must be text but was long[]", () -> saved.text("n"));
    assertMessage("n must be one number but was 2", () -> saved.number("n"));
    assertMessage("t must be long[] but was text", () -> saved.longs("t"));
    assertMessage(
        "q is not in the checkpoint, which has 2 entries, first n, t", () -> saved.longs("q"));
  }

  @Test
  void builder_wrongEntries_messageNamesThem() {
    INDArray array = Nd4j.zeros(DataType.FLOAT, 2, 3);
    NamedArrays part = NamedArrays.builder().add("w", array).build();
    Checkpoint.Builder builder = Checkpoint.builder().doubles("a.b", 1);
    assertMessage("entry a.b must be given once", () -> builder.longs("a.b", 1));
    assertMessage(
        "x must be FLOAT or DOUBLE but was INT",
        () -> builder.tensor("x", Nd4j.zeros(DataType.INT32, 2)));
    assertMessage(
        "x must be contiguous in c order but has order f and strides [1, 2]",
        () -> builder.tensor("x", array.dup('f')));
    assertMessage("name must have 1 to 1024 bytes but has 0", () -> builder.longs("", 1));
    assertMessage(
        "name must have 1 to 1024 bytes but has 1025", () -> builder.longs("n".repeat(1025), 1));
    assertMessage(
        "name must be in one line but has a control character: a?b",
        () -> builder.longs("a\nb", 1));
    assertMessage(
        "text must be valid Unicode but has an unpaired surrogate",
        () -> builder.text("t", "\ud834"));
    assertMessage(
        "a.b must not be below a, which holds parameters", () -> builder.parameters("a", part));
    builder.parameters("p", part);
    assertMessage(
        "p.more must not be below p, which holds parameters", () -> builder.longs("p.more", 1));
  }

  @Test
  void saveAndLoad_wrongPlaces_sayWhich() throws IOException {
    Path missing = folder.resolve("none").resolve("model");
    var save =
        assertThrows(NoSuchFileException.class, () -> Checkpoint.builder().save(missing));
    assertEquals(missing + ": its folder does not exist", save.getMessage());
    assertThrows(NoSuchFileException.class, () -> Checkpoint.load(folder.resolve("none")));
    assertThrows(IOException.class, () -> Checkpoint.load(folder));
    Path text = Files.writeString(folder.resolve("text"), "no checkpoint at all, but a long text");
    var other = assertThrows(CheckpointException.class, () -> Checkpoint.load(text));
    assertEquals(text + " is not a checkpoint: there is no header at byte 0", other.getMessage());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
