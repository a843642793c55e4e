package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link FfnExperts} and {@link GluExperts} against the naive loop, over awkward sizes. */
@ExtendWith(Seeds.class)
class ExpertsTest {
  /** Rows of each expert: none at all, one, an expert without rows, all on one, several. */
  private static final int[][] LOADS = {
    {0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {0, 0, 17}, {17, 3, 1}, {1, 1, 1}
  };

  /** D and H, among them widths of 1 and, with the last load, enough for several threads. */
  private static final int[][] WIDTHS = {{1, 1}, {1, 5}, {5, 1}, {33, 70}};

  private record Kind(boolean gated, Activation activation, boolean biases) {
    Experts create(int d, int h, DataType type) {
      ExpertOptions options = ExpertOptions.of(3, d, h)
          .withActivation(activation)
          .withBiases(biases)
          .withDataType(type);
      Experts experts = gated ? GluExperts.create(options, 5) : FfnExperts.create(options, 5);
      RandomArrays.fill(experts.parameters(), Seeds.random(6), 0.5);
      return experts;
    }
  }

  static Stream<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (boolean gated : new boolean[] {false, true}) {
        for (boolean biases : new boolean[] {false, true}) {
          kinds.add(new Kind(gated, activation, biases));
        }
      }
    }
    return kinds.stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void runAndBackward_awkwardSizes_matchNaive(Kind kind) {
    for (int[] load : LOADS) {
      requireNaive(kind, 4, 6, load, DataType.DOUBLE, 1e-11);
    }
    for (int[] width : WIDTHS) {
      requireNaive(kind, width[0], width[1], new int[] {3, 0, 1}, DataType.DOUBLE, 1e-11);
      requireNaive(kind, width[0], width[1], new int[] {70, 0, 65}, DataType.DOUBLE, 1e-11);
    }
    requireNaive(kind, 4, 6, new int[] {17, 0, 3}, DataType.FLOAT, 2e-5);
    requireNaive(kind, 33, 70, new int[] {17, 0, 30}, DataType.FLOAT, 2e-4);
    requireNaive(kind, 13, 21, new int[] {257, 0, 3}, DataType.FLOAT, 3e-4);
    requireNaive(kind, 13, 21, new int[] {0, 0, 1}, DataType.FLOAT, 2e-5);
  }

  /** More hidden values than are computed at a time, more tokens than a few, and rest of each. */
  @Test
  void runAndBackward_severalSpansAndPanels_matchNaive() {
    for (boolean gated : new boolean[] {false, true}) {
      Kind kind = new Kind(gated, Activation.SILU, gated);
      requireNaive(kind, 7, 1037, new int[] {70, 0, 34}, DataType.DOUBLE, 1e-9);
      requireNaive(kind, 291, 19, new int[] {70, 0, 9}, DataType.DOUBLE, 1e-9);
      requireNaive(kind, 7, 1037, new int[] {130, 0, 81}, DataType.FLOAT, 2e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void runAndBackward_trainingOrEvaluation_sameBits(Kind kind) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      int[] load = {70, 0, 3};
      Experts experts = kind.create(13, 21, type);
      INDArray xR = RandomArrays.normal(type, Seeds.random(1), 73, 13);
      INDArray dyR = RandomArrays.normal(type, Seeds.random(2), 73, 13);
      ExpertsCheck.Outcome kept =
          ExpertsCheck.run(experts, xR, dyR, PassMode.training(Seeds.random(3)), load);
      ExpertsCheck.Outcome computedAgain =
          ExpertsCheck.run(experts, xR, dyR, PassMode.evaluation(), load);
      assertSameBits("y", kept.y(), computedAgain.y());
      assertSameBits("dxR", kept.dxR(), computedAgain.dxR());
      kept.into()
          .forEach(
              (name, array) -> assertSameBits(name, array, computedAgain.into().get(name)));
    }
  }

  private static void requireNaive(
      Kind kind, int d, int h, int[] load, DataType type, double tolerance) {
    String where = "D " + d + ", H " + h + ", load " + Arrays.toString(load) + ", " + type + ": ";
    Experts experts = kind.create(d, h, type);
    int[] start = new int[4];
    for (int e = 0; e < 3; e++) {
      start[e + 1] = start[e] + load[e];
    }
    SplittableRandom random = Seeds.random(7);
    INDArray xR = RandomArrays.normal(type, random, start[3], d);
    INDArray dyR = RandomArrays.normal(type, random, start[3], d);
    INDArray before = xR.isEmpty() ? xR : xR.dup();
    Assignments rows = rows(start);
    NaiveMoe naive = NaiveMoe.of(experts.parameters(), kind.activation);
    double[][] x = Near.matrix(xR);
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = experts.run(xR, start, PassMode.evaluation().differentiable(), scope);
      assertNear(where + "y", naive.forward(x, rows), run.y(), tolerance);

      Gradients into = experts.parameters().zeroGradients();
      INDArray dxR = Nd4j.zeros(type, start[3], d);
      run.backward(dyR, dxR, into);
      NaiveMoe.Backward expected = naive.backward(x, rows, Near.matrix(dyR));
      assertNear(where + "dxR", expected.dx(), dxR, tolerance);
      assertEquals(expected.dParameters().keySet(), into.names());
      into.forEach((name, array) ->
          assertNear(where + name, expected.dParameters().get(name), values(array), tolerance));
      requireZeroWithoutRows(where, load, into);
      assertSameBits(where + "xR", before, xR);

      // a second backward adds the same again
      INDArray once = dxR.isEmpty() ? dxR : dxR.dup();
      run.backward(dyR, dxR, into);
      assertNear(where + "dxR twice", twice(values(once)), values(dxR), 10 * tolerance);
      into.forEach((name, array) -> assertNear(
          where + name + " twice",
          twice(expected.dParameters().get(name)),
          values(array),
          10 * tolerance));
    }
  }

  private static void requireZeroWithoutRows(String where, int[] load, Gradients into) {
    into.forEach((name, array) -> {
      double[] all = values(array);
      int size = all.length / load.length;
      for (int e = 0; e < load.length; e++) {
        if (load[e] == 0) {
          assertAllZero(where + name, Arrays.copyOfRange(all, e * size, (e + 1) * size));
        }
      }
    });
  }

  private static double[] twice(double[] values) {
    return Arrays.stream(values).map(v -> 2 * v).toArray();
  }

  /** Row r as a token of its own with weight 1. */
  private static Assignments rows(int[] start) {
    int size = start[start.length - 1];
    int[] expert = IntStream.range(0, size)
        .map(r -> (int) IntStream.of(start).skip(1).filter(s -> s <= r).count())
        .toArray();
    double[] weight = new double[size];
    Arrays.fill(weight, 1);
    return Assignments.of(
        size, start.length - 1, IntStream.range(0, size).toArray(), expert, weight);
  }

  @Test
  void activationShare_afterARun_partOfItsTime() {
    Experts experts = new Kind(true, Activation.SILU, false).create(13, 21, DataType.FLOAT);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 73, 13);
    try (Arena.Scope scope = new Arena().open()) {
      double share = ActivationTimed.shareOf(
          experts.run(x, new int[] {0, 70, 70, 73}, PassMode.evaluation(), scope));
      assertTrue(share > 0 && share < 1, () -> "share was " + share);
    }
  }

  @Test
  void create_options_sizesAndNames() {
    Experts ffn = FfnExperts.create(ExpertOptions.of(3, 4, 5).withBiases(true), 1);
    assertEquals(3, ffn.experts());
    assertEquals(4, ffn.modelWidth());
    assertEquals(
        List.of("up.weight", "up.bias", "down.weight", "down.bias"),
        List.copyOf(ffn.parameters().names()));
    assertEquals(3 * (20 + 5 + 20 + 4), ffn.parameters().count());
    Experts glu = GluExperts.create(ExpertOptions.of(3, 4, 5), 1);
    assertEquals(
        List.of("gate.weight", "up.weight", "down.weight"),
        List.copyOf(glu.parameters().names()));
    assertEquals(DataType.FLOAT, glu.parameters().get("gate.weight").dataType());
  }

  @Test
  void of_shapesThatDoNotFit_messageNamesThem() {
    INDArray w345 = Nd4j.zeros(DataType.FLOAT, 3, 4, 5);
    INDArray w354 = Nd4j.zeros(DataType.FLOAT, 3, 5, 4);
    INDArray flat = Nd4j.zeros(DataType.FLOAT, 3, 4);
    assertMessage(
        "up [3, 4, 5] and down [3, 4, 5] must fit together",
        () -> FfnExperts.of(Activation.RELU, w345, null, w345, null));
    assertMessage(
        "gate [3, 5, 4] and up [3, 4, 5] must have one shape",
        () -> GluExperts.of(Activation.RELU, w354, null, w345, null, w354, null));
    assertMessage(
        "up [3, 4, 5] and down [3, 4, 5] must fit together",
        () -> GluExperts.of(Activation.RELU, w345, null, w345, null, w345, null));
    assertMessage(
        "up.weight must be [*, *, *] but was [3, 4]",
        () -> FfnExperts.of(Activation.RELU, flat, null, w354, null));
    INDArray bias5 = Nd4j.zeros(DataType.FLOAT, 3, 5);
    assertMessage(
        "up.bias must be [3, 4] but was [3, 5]",
        () -> FfnExperts.of(Activation.RELU, w345, bias5, w354, null));
    INDArray bias64 = Nd4j.zeros(DataType.DOUBLE, 3, 4);
    assertMessage(
        "up.bias must be FLOAT but was DOUBLE",
        () -> FfnExperts.of(Activation.RELU, w345, bias64, w354, null));
  }

  @Test
  void options_wrongSizes_saysWhatItWas() {
    assertMessage("experts must be at least 1 but was 0", () -> ExpertOptions.of(0, 1, 1));
    assertMessage("modelWidth must be at least 1 but was -2", () -> ExpertOptions.of(1, -2, 1));
    assertMessage("hiddenWidth must be at least 1 but was 0", () -> ExpertOptions.of(1, 1, 0));
    assertMessage(
        "dataType must be FLOAT or DOUBLE but was BFLOAT16",
        () -> ExpertOptions.of(1, 1, 1).withDataType(DataType.BFLOAT16));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
