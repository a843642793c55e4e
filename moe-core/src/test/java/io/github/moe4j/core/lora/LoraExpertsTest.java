package io.github.moe4j.core.lora;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link LoraExperts} beside the experts without adapters, merged ones, and float64. */
class LoraExpertsTest {
  /** More rows than one block has. */
  private static final int[] START = {0, 0, 520, 523};

  private static final int D = 17;
  private static final int H = 39;

  private static final String CLOSED =
      " must be usable but it, or the array of which it is a view, was closed";

  record Outcome(INDArray y, INDArray dx, Gradients into) {}

  static Stream<Experts> bases() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE).flatMap(type -> {
      ExpertOptions options = ExpertOptions.of(3, D, H).withBiases(true).withDataType(type);
      return Stream.of(
              GluExperts.create(options, 1),
              GluExperts.create(options.withBiases(false), 1),
              GluExperts.create(ClampedSwiGlu.gptOss(), options, 1),
              FfnExperts.create(options, 1),
              FfnExperts.create(options.withBiases(false), 1))
          .peek(experts -> RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.1));
    });
  }

  private static GluExperts gated() {
    GluExperts experts = GluExperts.create(ExpertOptions.of(3, D, H).withBiases(true), 1);
    RandomArrays.fill(experts.parameters(), Seeds.random(2), 0.1);
    return experts;
  }

  private static LoraOptions options(Experts base) {
    LoraOptions options = LoraOptions.of(4, 6);
    return base instanceof FfnExperts
        ? options.withTargets(LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN)
        : options;
  }

  private static LoraExperts adapted(Experts base) {
    LoraExperts experts = LoraExperts.of(base, options(base));
    RandomArrays.fill(experts.parameters(), Seeds.random(3), 0.2);
    return experts;
  }

  private static INDArray rows(DataType type, long salt) {
    return RandomArrays.normal(type, Seeds.random(salt), 523, D);
  }

  private static INDArray y(Experts experts, INDArray x) {
    try (Arena.Scope scope = new Arena().open()) {
      return experts.run(x, START, PassMode.evaluation(), scope).y().dup();
    }
  }

  private static Outcome run(Experts experts, INDArray x, INDArray dy, Gradients into) {
    INDArray dx = Nd4j.create(x.dataType(), x.shape());
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = experts.run(x, START, PassMode.training(new SplittableRandom(1)), scope);
      run.backward(dy, dx, into);
      return new Outcome(run.y().dup(), dx, into);
    }
  }

  /** up 1·3 − 2 = 1 and the adapter 4·0.5·(3 − 1) = 4, so the hidden value is 5 and y = (2, −1)·5. */
  @Test
  void run_handExample_isItsResult() {
    INDArray up = Nd4j.createFromArray(1.0, 2).reshape(1, 1, 2);
    INDArray down = Nd4j.createFromArray(2.0, -1).reshape(1, 2, 1);
    LoraPair pair = new LoraPair(
        Nd4j.createFromArray(1.0, 1).reshape(1, 1, 2),
        Nd4j.createFromArray(0.5).reshape(1, 1, 1),
        4,
        false);
    LoraExperts experts = LoraExperts.over(
        FfnExperts.of(Activation.RELU, up, null, down, null), Map.of("up", pair), 0);
    try (Arena.Scope scope = new Arena().open()) {
      INDArray y = experts
          .run(
              Nd4j.createFromArray(3.0, -1).reshape(1, 2),
              new int[] {0, 1},
              PassMode.evaluation(),
              scope)
          .y();
      assertNear("y", new double[] {10, -5}, values(y), 0);
    }
  }

  @ParameterizedTest
  @MethodSource("bases")
  void run_atStart_bitsOfTheBase(Experts base) {
    INDArray x = rows(base.dataType(), 4);
    assertSameBits("y", y(base, x), y(LoraExperts.of(base, options(base)), x));
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void run_atStartOverQuantized_bitsOfTheBase(WeightFormat format) {
    Experts base = QuantizedExperts.of(gated(), format);
    INDArray x = rows(DataType.FLOAT, 4);
    INDArray y = y(LoraExperts.of(base, LoraOptions.of(4, 6)), x);
    if (Kernels.chosen().isPresent()) {
      assertSameBits("y", y(base, x), y);
    } else {
      assertNear("y", y(base, x), y, 1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("bases")
  void merged_anyBase_sameOutputsAndOwnArrays(Experts base) {
    LoraExperts experts = adapted(base);
    Experts merged = experts.merged();
    assertEquals(base.getClass(), merged.getClass());
    assertEquals(base.parameters().names(), merged.parameters().names());
    INDArray x = rows(base.dataType(), 4);
    double tolerance = base.dataType() == DataType.DOUBLE ? 1e-12 : 1e-4;
    INDArray expected = y(experts, x);
    assertNear("y", expected, y(merged, x), tolerance);
    merged.parameters().forEach((name, array) -> array.assign(0));
    assertSameBits("y of the adapted", expected, y(experts, x));
  }

  /** One number is the smallest matrix, and ND4J's results of that size are in f order. */
  @Test
  void merged_oneNumber_isTheSum() {
    Experts base = FfnExperts.create(ExpertOptions.of(2, 1, 1), 1);
    LoraExperts experts =
        LoraExperts.of(base, LoraOptions.of(1, 1).withTargets(LoraTarget.EXPERT_UP));
    RandomArrays.fill(experts.parameters(), Seeds.random(3), 0.2);
    LoraPair pair = experts.pairs().get("up");
    INDArray merged = experts.merged().parameters().get("up.weight");
    for (int e = 0; e < 2; e++) {
      double expected = base.parameters().get("up.weight").getDouble(e, 0, 0)
          + pair.a().getDouble(e, 0, 0) * pair.b().getDouble(e, 0, 0);
      assertEquals(expected, merged.getDouble(e, 0, 0), 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void merged_overQuantized_float32WithTheSameOutputs(WeightFormat format) {
    LoraExperts experts = adapted(QuantizedExperts.of(gated(), format));
    GluExperts merged = assertInstanceOf(GluExperts.class, experts.merged());
    INDArray x = rows(DataType.FLOAT, 4);
    assertNear("y", y(experts, x), y(merged, x), 1e-4);
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  @Tag("slow")
  void backward_overQuantized_thatOfFloat64WithTheRoundedWeights(WeightFormat format) {
    GluExperts plain = gated();
    QuantizedExperts base = QuantizedExperts.of(plain, format);
    LoraExperts experts = adapted(base);
    Map<String, LoraPair> wide = new LinkedHashMap<>();
    experts
        .pairs()
        .forEach((name, p) -> wide.put(
            name,
            new LoraPair(
                p.a().castTo(DataType.DOUBLE),
                p.b().castTo(DataType.DOUBLE),
                p.alpha(),
                p.rsLora())));
    GluExperts rounded = GluExperts.of(
        Activation.SILU,
        base.weight("gate").castTo(DataType.DOUBLE),
        plain.parameters().get("gate.bias").castTo(DataType.DOUBLE),
        base.weight("up").castTo(DataType.DOUBLE),
        plain.parameters().get("up.bias").castTo(DataType.DOUBLE),
        base.weight("down").castTo(DataType.DOUBLE),
        plain.parameters().get("down.bias").castTo(DataType.DOUBLE));
    LoraExperts reference = LoraExperts.over(rounded, wide, 0);
    INDArray x = rows(DataType.FLOAT, 4);
    INDArray dy = rows(DataType.FLOAT, 5);
    Outcome single = run(experts, x, dy, experts.parameters().zeroGradients());
    Outcome exact = run(
        reference,
        x.castTo(DataType.DOUBLE),
        dy.castTo(DataType.DOUBLE),
        reference.parameters().zeroGradients());
    assertNear("y", values(exact.y()), values(single.y()), 1e-4);
    assertNear("dx", values(exact.dx()), values(single.dx()), 1e-4);
    exact
        .into()
        .forEach((name, array) ->
            assertNear(name, values(array), values(single.into().get(name)), 5e-3));
  }

  @Test
  void backward_frozenAdapters_restUnchanged() {
    LoraExperts experts = adapted(gated());
    INDArray x = rows(DataType.FLOAT, 4);
    INDArray dy = rows(DataType.FLOAT, 5);
    Frozen.assertRestUnchanged(
        experts.parameters(), into -> run(experts, x, dy, into).dx());
  }

  @Test
  void run_severalThreads_sameBits() {
    LoraExperts experts = adapted(QuantizedExperts.of(gated(), WeightFormat.INT8));
    INDArray x = rows(DataType.FLOAT, 4);
    INDArray expected = y(experts, x);
    List<INDArray> all =
        IntStream.range(0, 4).parallel().mapToObj(i -> y(experts, x)).toList();
    all.forEach(y -> assertSameBits("y", expected, y));
  }

  @Test
  void create_a_withinTheKaimingBoundAndBZero() {
    LoraExperts experts = LoraExperts.of(gated(), LoraOptions.of(4, 6).withSeed(7));
    LoraPair up = experts.pairs().get("up");
    assertEquals(1.5, up.scale());
    double most = up.a().amaxNumber().doubleValue();
    double bound = 1 / Math.sqrt(D);
    assertEquals(bound, most, 0.05 * bound);
    assertEquals(0, up.b().amaxNumber().doubleValue());
    assertEquals(
        List.of("gate.loraA", "gate.loraB", "up.loraA", "up.loraB", "down.loraA", "down.loraB"),
        List.copyOf(experts.parameters().names()));
  }

  /** Dropout of hidden values is drawn before any of adapters' inputs, and stays in merged experts. */
  @Test
  void run_dropoutOfHiddenValues_thatOfTheBase() {
    GluExperts base = gated().withDropout(0.5);
    LoraExperts experts = LoraExperts.of(base, LoraOptions.of(4, 6));
    INDArray x = rows(DataType.FLOAT, 4);
    INDArray dy = rows(DataType.FLOAT, 5);
    Outcome expected = run(base, x, dy, base.parameters().zeroGradients());
    Outcome found = run(experts, x, dy, experts.parameters().zeroGradients());
    assertSameBits("y", expected.y(), found.y());
    assertNear("dx", expected.dx(), found.dx(), 1e-4);
    GluExperts merged = (GluExperts) experts.merged();
    assertEquals(0.5, merged.hiddenDropout());
  }

  @Test
  void scale_rsLora_alphaOverTheRoot() {
    INDArray a = Nd4j.create(DataType.FLOAT, 4, 3);
    INDArray b = Nd4j.create(DataType.FLOAT, 2, 4);
    assertEquals(3, new LoraPair(a, b, 6, true).scale());
    assertEquals(1.5, new LoraPair(a, b, 6, false).scale());
  }

  @Test
  void of_whatDoesNotFit_isRejected() {
    requireError(
        "an adapter must be of one of [up, down] but was of gate",
        () ->
            LoraExperts.of(FfnExperts.create(ExpertOptions.of(2, 3, 4), 1), LoraOptions.of(2, 2)));
    requireError(
        "experts with adapters must be networks of one hidden layer, such as GluExperts, but were"
            + " CopyExperts",
        () -> LoraExperts.of(CopyExperts.of(2, 3, DataType.FLOAT), LoraOptions.of(2, 2)));
    requireError(
        "loraB must be [3, *, 2] but was [3, 5, 4]",
        () -> new LoraPair(
            Nd4j.create(DataType.FLOAT, 3, 2, 5), Nd4j.create(DataType.FLOAT, 3, 5, 4), 1, false));
    requireError(
        "adapter dropout must be in [0, 1) but was 1.0",
        () -> LoraOptions.of(2, 2).withDropout(1));
    requireError("rank must be at least 1 but was 0", () -> LoraOptions.of(0, 2));
  }

  @Test
  void run_dropoutWithoutGenerator_isRejected() {
    LoraExperts experts = LoraExperts.of(gated(), LoraOptions.of(2, 2).withDropout(0.5));
    try (Arena.Scope scope = new Arena().open()) {
      INDArray x = rows(DataType.FLOAT, 4);
      requireError(
          "adapter dropout draws random numbers but there is no generator: use"
              + " TokenBatch.training(x, generator)",
          () -> experts.run(x, START, PassMode.training(), scope));
    }
  }

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.FLOAT, shape);
  }

  private static LoraPair pair(INDArray a, INDArray b) {
    return new LoraPair(a, b, 1, false);
  }

  @Test
  void sizes_ofAdapted_thoseOfTheBase() {
    LoraExperts experts = LoraExperts.of(gated(), LoraOptions.of(2, 2).withDropout(0.25));
    assertEquals(3, experts.experts());
    assertEquals(D, experts.modelWidth());
    assertEquals(0.25, experts.dropout());
  }

  @Test
  void over_whatDoesNotFit_isRejected() {
    Experts base = FfnExperts.create(ExpertOptions.of(2, 3, 4), 1);
    LoraPair up = pair(zeros(2, 5, 3), zeros(2, 4, 5));
    requireError(
        "adapter dropout must be in [0, 1) but was 1.0",
        () -> LoraExperts.over(base, Map.of("up", up), 1));
    requireError(
        "an adapter must be of one of [up, down] but was of gate",
        () -> LoraExperts.over(base, Map.of("gate", up), 0));
    requireError(
        "up.loraA must be [2, *, 3] but was [2, 5, 4]",
        () -> LoraExperts.over(base, Map.of("up", pair(zeros(2, 5, 4), zeros(2, 4, 5))), 0));
    requireError(
        "up.loraB must be [2, 4, *] but was [2, 3, 5]",
        () -> LoraExperts.over(base, Map.of("up", pair(zeros(2, 5, 3), zeros(2, 3, 5))), 0));
    LoraPair wide =
        pair(Nd4j.zeros(DataType.DOUBLE, 2, 5, 3), Nd4j.zeros(DataType.DOUBLE, 2, 4, 5));
    requireError(
        "up.loraA must be FLOAT but was DOUBLE",
        () -> LoraExperts.over(base, Map.of("up", wide), 0));
  }

  @Test
  void targets_none_areRejected() {
    requireError(
        "targets must be at least 1 but were 0", () -> LoraOptions.of(2, 2).withTargets());
  }

  @Test
  void pair_arraysThatDoNotGoTogether_areRejected() {
    INDArray closed = zeros(2, 3);
    closed.close();
    requireError("loraA" + CLOSED, () -> pair(closed, zeros(5, 2)));
    requireError("loraA must have 2 or 3 axes but had 1", () -> pair(zeros(3), zeros(5, 3)));
    requireError(
        "loraA must have 2 or 3 axes but had 4", () -> pair(zeros(1, 1, 2, 3), zeros(5, 1)));
    requireError("loraB must be [*, 2] but was [5, 3]", () -> pair(zeros(2, 3), zeros(5, 3)));
    requireError(
        "loraB must be FLOAT but was DOUBLE",
        () -> pair(zeros(2, 3), Nd4j.zeros(DataType.DOUBLE, 5, 2)));
    requireError(
        "loraA must be contiguous in c order but has order f and strides [1, 2]",
        () -> pair(zeros(3, 2).transpose(), zeros(5, 2)));
    requireError(
        "loraB must be contiguous in c order but has order f and strides [1, 5]",
        () -> pair(zeros(2, 3), zeros(2, 5).transpose()));
  }

  @Test
  void pass_arraysThatDoNotFit_areRejected() {
    GluExperts base = gated();
    LoraExperts experts = LoraExperts.of(base, LoraOptions.of(2, 2));
    Gradients into = experts.parameters().zeroGradients();
    int[] start = {0, 1, 1, 2};
    INDArray closed = zeros(2, D);
    closed.close();
    try (Arena.Scope scope = new Arena().open()) {
      requireError(
          "x of the experts" + CLOSED,
          () -> experts.run(closed, start, PassMode.training(), scope));
      requireError(
          "xR must be FLOAT but was DOUBLE",
          () -> experts.run(Nd4j.zeros(DataType.DOUBLE, 2, D), start, PassMode.training(), scope));
      ExpertsPass run = experts.run(zeros(2, D), start, PassMode.training(), scope);
      requireError("dy of the experts" + CLOSED, () -> run.backward(closed, zeros(2, D), into));
      base.parameters().get("down.weight").close();
      String message = "parameter down.weight of the experts" + CLOSED;
      requireError(message, () -> run.backward(zeros(2, D), zeros(2, D), into));
      requireError(message, () -> experts.run(zeros(2, D), start, PassMode.training(), scope));
    }
  }

  private static void requireError(String message, Runnable work) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, work::run).getMessage());
  }
}
