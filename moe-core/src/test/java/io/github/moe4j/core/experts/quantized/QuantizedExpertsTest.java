package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link QuantizedExperts} beside float32 experts over the same rounded weights. */
@ExtendWith(Seeds.class)
class QuantizedExpertsTest {
  /** Few rows and many, experts without rows; 17 are the fewest that BLAS multiplies. */
  private static final int[][] LOADS = {
    {0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {16, 0, 0}, {0, 17, 0}, {1, 257, 3}, {600, 0, 16}
  };

  private static final int[][] WIDTHS = {{1, 1}, {1, 5}, {5, 1}, {33, 71}, {301, 13}};

  record Kind(boolean gated, boolean biases, WeightFormat format) {
    Experts create(int d, int h) {
      ExpertOptions options =
          ExpertOptions.of(3, d, h).withBiases(biases).withActivation(Activation.SILU);
      Experts experts = gated ? GluExperts.create(options, 5) : FfnExperts.create(options, 5);
      RandomArrays.fill(experts.parameters(), Seeds.random(6), 0.5 / Math.sqrt(d));
      return experts;
    }

    QuantizedExperts quantize(Experts experts) {
      return experts instanceof GluExperts glu
          ? QuantizedExperts.of(glu, format)
          : QuantizedExperts.of((FfnExperts) experts, format);
    }

    /** Float32 experts over the rounded weights. */
    Experts rounded(QuantizedExperts experts, NamedArrays given) {
      INDArray up = experts.weight("up");
      INDArray down = experts.weight("down");
      INDArray upBias = bias(given, "up");
      INDArray downBias = bias(given, "down");
      return gated
          ? GluExperts.of(
              Activation.SILU,
              experts.weight("gate"),
              bias(given, "gate"),
              up,
              upBias,
              down,
              downBias)
          : FfnExperts.of(Activation.SILU, up, upBias, down, downBias);
    }

    private @Nullable INDArray bias(NamedArrays given, String name) {
      return biases ? given.get(name + ".bias") : null;
    }
  }

  static Stream<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (WeightFormat format : WeightFormat.values()) {
      for (boolean gated : new boolean[] {false, true}) {
        kinds.add(new Kind(gated, false, format));
        kinds.add(new Kind(gated, true, format));
      }
    }
    return kinds.stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void run_awkwardSizes_floatExpertsOverRoundedWeights(Kind kind) {
    for (int[] width : WIDTHS) {
      Experts original = kind.create(width[0], width[1]);
      QuantizedExperts quantized = kind.quantize(original);
      Experts expected = kind.rounded(quantized, original.parameters());
      for (int[] load : LOADS) {
        INDArray x = tokens(load, width[0]);
        INDArray before = x.isEmpty() ? x : x.dup();
        String where = kind + ", D, H " + Arrays.toString(width) + ", " + Arrays.toString(load);
        assertNear(where, y(expected, x, load), y(quantized, x, load), 2e-5);
        assertSameBits(where, before, x);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void weight_eachFormat_withinItsBound(Kind kind) {
    Experts original = kind.create(33, 71);
    QuantizedExperts quantized = kind.quantize(original);
    original.parameters().forEach((name, array) -> {
      if (name.endsWith(".weight")) {
        INDArray rounded = quantized.weight(name.replace(".weight", ""));
        double[] bounds = QuantizedBound.ofWeights(array, kind.format());
        double[] w = values(array);
        double[] r = values(rounded);
        for (int i = 0; i < w.length; i++) {
          assertTrue(Math.abs(r[i] - w[i]) <= bounds[i], name + " " + w[i] + " " + r[i]);
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  @Tag("slow")
  void run_randomLayers_withinDerivedBoundOfFloat32(WeightFormat format) {
    Kind kind = new Kind(true, false, format);
    for (int[] width : WIDTHS) {
      Experts original = kind.create(width[0], width[1]);
      int[] load = {3, 0, 20};
      INDArray x = tokens(load, width[0]);
      QuantizedBound bound = QuantizedBound.of(original.parameters(), format, x, load);
      double[] y = values(y(kind.quantize(original), x, load));
      for (int i = 0; i < y.length; i++) {
        double error = Math.abs(y[i] - bound.y()[i]);
        assertTrue(
            error <= bound.error()[i], error + " must be at most " + bound.error()[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void run_expertsAloneOrTogether_sameBits(Kind kind) {
    QuantizedExperts experts = kind.quantize(kind.create(65, 130));
    int[] load = {5, 1, 16};
    INDArray x = tokens(load, 65);
    double[] together = values(y(experts, x, load));
    int from = 0;
    for (int e = 0; e < 3; e++) {
      int[] alone = new int[3];
      alone[e] = load[e];
      double[] rows = Arrays.copyOfRange(values(x), from * 65, (from + load[e]) * 65);
      INDArray own = RandomArrays.of(DataType.FLOAT, rows, load[e], 65);
      double[] part = Arrays.copyOfRange(together, from * 65, (from + load[e]) * 65);
      assertSameBits("expert " + e, part, values(y(experts, own, alone)));
      from += load[e];
    }
  }

  /** A law of the kernels: products are made with ŵ in one order, however many rows there are. */
  @ParameterizedTest
  @MethodSource("kinds")
  void run_kernels_bitsOfFloat32WithRoundedWeightsAndOfRowsAlone(Kind kind) {
    assumeTrue(Kernels.chosen().isPresent());
    for (int[] width : new int[][] {{33, 71}, {301, 130}, {130, 300}}) {
      Experts original = kind.create(width[0], width[1]);
      QuantizedExperts quantized = kind.quantize(original);
      Experts rounded = kind.rounded(quantized, original.parameters());
      QuantizedExperts float32 =
          new Kind(kind.gated(), kind.biases(), WeightFormat.FLOAT32).quantize(rounded);
      for (int n : new int[] {1, 2, 3, 4, 5, 7, 13, 64, 300}) {
        int[] load = {0, n, 1};
        INDArray x = tokens(load, width[0]);
        double[] y = values(y(quantized, x, load));
        assertSameBits(kind + ", " + n, values(y(float32, x, load)), y);
        for (int row : new int[] {0, n / 2, n - 1}) {
          double[] token = Arrays.copyOfRange(values(x), row * width[0], (row + 1) * width[0]);
          INDArray own = RandomArrays.of(DataType.FLOAT, token, 1, width[0]);
          assertSameBits(
              kind + ", row " + row + " of " + n,
              Arrays.copyOfRange(y, row * width[0], (row + 1) * width[0]),
              values(y(quantized, own, new int[] {0, 1, 0})));
        }
      }
    }
  }

  /** Threads keep their memory from pass to pass. */
  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void run_afterRowsThatAreNotFinite_sameBits(WeightFormat format) {
    Kind kind = new Kind(true, true, format);
    QuantizedExperts experts = kind.quantize(kind.create(33, 71));
    QuantizedExperts wider = kind.quantize(kind.create(34, 72));
    for (int[] load : new int[][] {{0, 1, 0}, {0, 20, 0}}) {
      INDArray x = tokens(load, 33);
      INDArray before = y(experts, x, load);
      y(wider, tokens(load, 34).assign(Float.NaN), load);
      y(experts, x.dup().assign(Float.NaN), load);
      assertSameBits("y", before, y(experts, x, load));
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void of_notFinite_oneClearError(WeightFormat format) {
    Kind kind = new Kind(false, false, format);
    Experts experts = kind.create(40, 6);
    experts.parameters().get("down.weight").putScalar(new long[] {1, 33, 4}, Float.NaN);
    assertEquals(
        "a weight must be finite but was NaN",
        assertThrows(IllegalArgumentException.class, () -> kind.quantize(experts))
            .getMessage()
            .replaceAll(" in [a-z0-9]+", ""));
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void run_twoCallersAtOnce_sameBitsAsOne(WeightFormat format) throws Exception {
    Kind kind = new Kind(true, true, format);
    QuantizedExperts experts = kind.quantize(kind.create(33, 71));
    int[] load = {3, 70, 1};
    INDArray x = tokens(load, 33);
    INDArray expected = y(experts, x, load);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<Void> caller = () -> {
        for (int i = 0; i < 50; i++) {
          assertSameBits("pass " + i, expected, y(experts, x, load));
        }
        return null;
      };
      for (Future<Void> end : threads.invokeAll(List.of(caller, caller))) {
        end.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void of_laterChangeOfTheWeights_copyStays(Kind kind) {
    Experts original = kind.create(5, 7);
    QuantizedExperts quantized = kind.quantize(original);
    int[] load = {1, 0, 2};
    INDArray x = tokens(load, 5);
    INDArray before = y(quantized, x, load);
    original.parameters().forEach((name, array) -> array.assign(0));
    assertSameBits("y", before, y(quantized, x, load));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void linears_copyAndBias_thoseThatProductsAreMadeWith(Kind kind) {
    Experts given = kind.create(5, 7);
    QuantizedExperts experts = kind.quantize(given);
    List<String> names = new ArrayList<>();
    for (FrozenLinear linear : experts.linears()) {
      names.add(linear.name());
      INDArray weight = experts.weight(linear.name());
      assertEquals(3, linear.experts());
      assertEquals(weight.size(1), linear.out());
      assertEquals(weight.size(2), linear.in());
      INDArray copy =
          Nd4j.valueArrayOf(new long[] {linear.out() + 2, linear.in()}, Float.NaN, DataType.FLOAT);
      linear.copy(1, Rows.of(copy), 2);
      assertSameBits(
          linear.name(),
          Arrays.copyOfRange(
              values(weight), linear.out() * linear.in(), 2 * linear.out() * linear.in()),
          Arrays.copyOfRange(values(copy), 2 * linear.in(), (int) copy.length()));
      assertTrue(Double.isNaN(copy.getDouble(1, 0)));
      double[] bias = linear.bias(1);
      assertEquals(kind.biases(), bias != null);
      if (bias != null) {
        INDArray expected = given.parameters().get(linear.name() + ".bias");
        assertSameBits(
            linear.name(),
            Arrays.copyOfRange(values(expected), linear.out(), 2 * linear.out()),
            bias);
      }
    }
    assertEquals(kind.gated() ? List.of("gate", "up", "down") : List.of("up", "down"), names);
  }

  @Test
  void properties_ofACopy() {
    QuantizedExperts experts = new Kind(true, true, WeightFormat.BFLOAT16)
        .quantize(new Kind(true, true, WeightFormat.BFLOAT16).create(64, 32));
    assertEquals(3, experts.experts());
    assertEquals(64, experts.modelWidth());
    assertEquals(DataType.FLOAT, experts.dataType());
    assertEquals(WeightFormat.BFLOAT16, experts.format());
    assertEquals(0, experts.parameters().count());
    // 3 experts of three weights of 2048 at two bytes, and biases of 32 + 32 + 64 at four
    assertEquals(3 * (3 * 2048 * 2 + 128 * 4), experts.bytes());
  }

  @Test
  void wrongUse_oneClearError() {
    Kind kind = new Kind(false, false, WeightFormat.INT8);
    QuantizedExperts experts = kind.quantize(kind.create(4, 6));
    int[] load = {1, 0, 0};
    INDArray x = tokens(load, 4);
    try (Arena.Scope scope = new Arena().open()) {
      int[] start = {0, 1, 1, 1};
      assertEquals(
          "quantized experts are for evaluation only but the pass was training",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> experts.run(x, start, PassMode.training(), scope))
              .getMessage());
      assertEquals( // before others that run beside them have added to gradients
          "quantized experts are for evaluation only but the pass was evaluation with a backward",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> experts.run(x, start, PassMode.evaluation().differentiable(), scope))
              .getMessage());
      INDArray doubles = x.castTo(DataType.DOUBLE);
      assertEquals(
          "xR must be FLOAT but was DOUBLE",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> experts.run(doubles, start, PassMode.evaluation(), scope))
              .getMessage());
      ExpertsPass run = experts.run(x, start, PassMode.evaluation(), scope);
      assertEquals(
          "quantized experts are for evaluation only and have no backward pass",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> run.backward(x, x.dup(), NamedArrays.none().zeroGradients()))
              .getMessage());
    }
    assertEquals(
        "weight must be one of [up, down] but was gate",
        assertThrows(IllegalArgumentException.class, () -> experts.weight("gate"))
            .getMessage());
    FfnExperts wide = FfnExperts.create(ExpertOptions.of(1, 2, 2).withDataType(DataType.DOUBLE), 1);
    assertEquals(
        "up.weight must be FLOAT but was DOUBLE",
        assertThrows(
                IllegalArgumentException.class, () -> QuantizedExperts.of(wide, WeightFormat.INT8))
            .getMessage());
  }

  private static INDArray tokens(int[] load, int width) {
    return RandomArrays.normal(
        DataType.FLOAT, Seeds.random(7), Arrays.stream(load).sum(), width);
  }

  private static INDArray y(Experts experts, INDArray x, int[] load) {
    int[] start = new int[load.length + 1];
    for (int e = 0; e < load.length; e++) {
      start[e + 1] = start[e] + load[e];
    }
    try (Arena.Scope scope = new Arena().open()) {
      INDArray y = experts.run(x, start, PassMode.evaluation(), scope).y();
      return y.isEmpty() ? Nd4j.create(DataType.FLOAT, y.shape()) : y.dup();
    }
  }
}
