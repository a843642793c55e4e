package io.github.moe4j.core.soft;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.core.soft.SoftMoeOptions.PaddedOutput;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class SoftMoeTest {
  private static final int D = 4;
  private static final int E = 3;
  private static final int S = 2;

  private static INDArray normal(DataType type, long salt, long... shape) {
    return RandomArrays.normal(type, Seeds.random(salt), shape);
  }

  static SoftMoe layer(DataType type, SoftMoeOptions options) {
    ExpertOptions sizes = ExpertOptions.of(E, D, 5)
        .withActivation(Activation.GELU)
        .withBiases(true)
        .withDataType(type);
    SoftMoe layer = SoftMoe.create(FfnExperts.create(sizes, 1), S, options, 2);
    RandomArrays.fill(layer.parameters(), Seeds.random(3), 0.7);
    return layer;
  }

  @Test
  void forward_twoTokensTwoSlots_byHand() {
    // D = 1, no normalization, tokens 1 and 0, two copy experts of one slot each with keys ln 2 and
    // ln 3: logits of token 0: ln 2, ln 3; of token 1: 0, 0
    // slot 0 = 2/3·1 + 1/3·0 = 2/3; slot 1 = 3/4·1 + 1/4·0 = 3/4
    // y0 = 2/5·2/3 + 3/5·3/4 = 4/15 + 9/20 = 43/60; y1 = (2/3 + 3/4)/2 = 17/24
    SoftMoe layer = SoftMoe.of(
        new CopyExperts(2, 1, DataType.DOUBLE),
        Nd4j.createFromArray(Math.log(2), Math.log(3)).reshape('c', 2, 1, 1),
        new SoftMoeOptions(SlotNormalization.NONE, PaddedOutput.ZERO));
    INDArray x = Nd4j.createFromArray(1.0, 0.0).reshape('c', 2, 1);
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      assertNear("y", new double[] {43 / 60.0, 17 / 24.0}, values(run.y()), 1e-14);
      assertTrue(MoePasses.in(run).isEmpty());
    }
  }

  @Test
  void forward_scale_multipliesUnitVectors() {
    // D = 1: tokens ±5 and keys ±3 have unit size, so the logits are ±scale up to the 1e-6
    SoftMoe layer = SoftMoe.of(
        new CopyExperts(1, 1, DataType.DOUBLE),
        Nd4j.createFromArray(3.0).reshape('c', 1, 1, 1),
        SoftMoeOptions.paper());
    layer.parameters().get("scale").assign(Math.log(2) / 2);
    INDArray x = Nd4j.createFromArray(5.0, -5.0).reshape('c', 2, 1);
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      // weights 2/3 and 1/3 of the raw tokens: 5/3, which both tokens get from the only slot
      assertNear("y", new double[] {5 / 3.0, 5 / 3.0}, values(run.y()), 1e-6);
    }
  }

  @ParameterizedTest
  @EnumSource(SlotNormalization.class)
  void forward_awkwardSizes_matchesNaive(SlotNormalization kind) {
    for (PaddedOutput padded : PaddedOutput.values()) {
      SoftMoeOptions options = new SoftMoeOptions(kind, padded);
      for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
        SoftMoe layer = layer(type, options);
        double tolerance = type == DataType.DOUBLE ? 1e-12 : 2e-5;
        for (int tokens : new int[] {0, 1, 3, 17}) {
          INDArray x = normal(type, 4, tokens, D);
          requireNaive(layer, TokenBatch.evaluation(x).differentiable(), options, tolerance);
        }
        TokenBatch batch =
            TokenBatch.evaluation(normal(type, 5, 12, D)).differentiable().withSequenceLength(3);
        requireNaive(layer, batch, options, tolerance);
        TokenMask mask = TokenMask.of(
            true, false, true, true, true, true, false, false, false, false, false, true);
        requireNaive(layer, batch.withMask(mask), options, tolerance);
        requireNaive(layer, batch.withSequenceLength(1).withMask(mask), options, tolerance);
      }
    }
  }

  private static void requireNaive(
      SoftMoe layer, TokenBatch input, SoftMoeOptions options, double tolerance) {
    INDArray before = input.x().isEmpty() ? input.x() : input.x().dup();
    double[][] expected =
        NaiveSoftMoe.of(layer.parameters(), options, Activation.GELU).forward(input);
    try (FeedForwardPass run = layer.forward(input)) {
      assertNear("y", expected, run.y(), tolerance);
    }
    assertSameBits("x", before, input.x());
  }

  @ParameterizedTest
  @EnumSource(SlotNormalization.class)
  void forward_paddingOfAnyContents_changesNothing(SlotNormalization kind) {
    SoftMoe layer = layer(DataType.DOUBLE, new SoftMoeOptions(kind, PaddedOutput.ZERO));
    INDArray x = normal(DataType.DOUBLE, 4, 5, D);
    INDArray dirty = Nd4j.create(DataType.DOUBLE, 7, D);
    INDArray dy = normal(DataType.DOUBLE, 5, 5, D);
    INDArray dirtyDy = Nd4j.create(DataType.DOUBLE, 7, D);
    dirty.assign(Double.NaN);
    dirtyDy.assign(Double.NaN);
    int[] real = {0, 2, 3, 5, 6};
    boolean[] valid = new boolean[7];
    for (int i = 0; i < 5; i++) {
      valid[real[i]] = true;
      dirty.getRow(real[i]).assign(x.getRow(i));
      dirtyDy.getRow(real[i]).assign(dy.getRow(i));
    }
    TokenBatch masked = TokenBatch.evaluation(dirty).differentiable().withMask(TokenMask.of(valid));
    Gradients a = layer.parameters().zeroGradients();
    Gradients b = layer.parameters().zeroGradients();
    INDArray dx = Nd4j.create(DataType.DOUBLE, 5, D);
    INDArray dirtyDx = Nd4j.create(DataType.DOUBLE, 7, D);
    try (FeedForwardPass plain = layer.forward(TokenBatch.evaluation(x).differentiable());
        FeedForwardPass padded = layer.forward(masked)) {
      plain.backward(dy, dx, a);
      padded.backward(dirtyDy, dirtyDx, b);
      for (int i = 0; i < 5; i++) {
        assertNear("y", values(plain.y().getRow(i)), values(padded.y().getRow(real[i])), 1e-12);
        assertNear("dx", values(dx.getRow(i)), values(dirtyDx.getRow(real[i])), 1e-12);
      }
      for (int t : new int[] {1, 4}) {
        assertAllZero("y of padding", values(padded.y().getRow(t)));
        assertAllZero("dx of padding", values(dirtyDx.getRow(t)));
      }
    }
    a.forEach((name, array) -> assertNear(name, array, b.get(name), 1e-12));
  }

  @Test
  void forward_sequenceOfPaddingAlone_zeroInBothKinds() {
    for (PaddedOutput padded : PaddedOutput.values()) {
      SoftMoe layer = layer(DataType.DOUBLE, SoftMoeOptions.paper().withPaddedOutput(padded));
      TokenBatch input = TokenBatch.evaluation(normal(DataType.DOUBLE, 4, 4, D))
          .differentiable()
          .withSequenceLength(2)
          .withMask(TokenMask.of(true, true, false, false));
      Gradients into = layer.parameters().zeroGradients();
      INDArray dx = Nd4j.create(DataType.DOUBLE, 4, D);
      try (FeedForwardPass run = layer.forward(input)) {
        assertAllZero("y", values(run.y().getRow(2)));
        assertAllZero("y", values(run.y().getRow(3)));
        run.backward(normal(DataType.DOUBLE, 5, 4, D), dx, into);
        assertAllZero("dx", values(dx.getRow(3)));
      }
    }
  }

  @Test
  void forward_tokensPermutedWithinSequence_outputsPermuted() {
    SoftMoe layer = layer(DataType.DOUBLE, SoftMoeOptions.lucidrains());
    INDArray x = normal(DataType.DOUBLE, 4, 5, D);
    int[] order = {3, 0, 4, 2, 1};
    INDArray permuted = Nd4j.create(DataType.DOUBLE, 5, D);
    for (int t = 0; t < 5; t++) {
      permuted.getRow(t).assign(x.getRow(order[t]));
    }
    try (FeedForwardPass a = layer.forward(TokenBatch.evaluation(x).differentiable());
        FeedForwardPass b = layer.forward(TokenBatch.evaluation(permuted).differentiable())) {
      for (int t = 0; t < 5; t++) {
        assertNear("y", values(a.y().getRow(order[t])), values(b.y().getRow(t)), 1e-12);
      }
    }
  }

  @Test
  void forward_oneSequenceOfMany_sameAsAlone() {
    SoftMoe layer = layer(DataType.DOUBLE, SoftMoeOptions.paper());
    INDArray x = normal(DataType.DOUBLE, 4, 9, D);
    INDArray middle = normal(DataType.DOUBLE, 6, 3, D);
    for (int t = 0; t < 3; t++) {
      x.getRow(3 + t).assign(middle.getRow(t));
    }
    try (FeedForwardPass all =
            layer.forward(TokenBatch.evaluation(x).differentiable().withSequenceLength(3));
        FeedForwardPass alone = layer.forward(TokenBatch.evaluation(middle).differentiable())) {
      for (int t = 0; t < 3; t++) {
        assertNear("y", values(alone.y().getRow(t)), values(all.y().getRow(3 + t)), 1e-13);
      }
    }
  }

  @Test
  void forward_logitsOf80_finite() {
    INDArray slots = Nd4j.createFromArray(80.0, -80.0, 80.0).reshape('c', 1, 3, 1);
    SoftMoe layer = SoftMoe.of(
        new CopyExperts(1, 1, DataType.FLOAT),
        slots.castTo(DataType.FLOAT),
        SoftMoeOptions.paper().withNormalization(SlotNormalization.NONE));
    INDArray x = Nd4j.createFromArray(1f, -1f).reshape('c', 2, 1);
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      // token 0 reads slots 0 and 2, which hold token 0; token 1 reads slot 1, which holds it
      assertNear("y", new double[] {1, -1}, values(run.y()), 1e-6);
    }
  }

  @Test
  void forward_veryNegativeLogits_finite() {
    SoftMoe layer = SoftMoe.of(
        new CopyExperts(1, 1, DataType.FLOAT),
        Nd4j.createFromArray(-900f).reshape('c', 1, 1, 1),
        SoftMoeOptions.paper().withNormalization(SlotNormalization.NONE));
    INDArray x = Nd4j.createFromArray(1f, 1f).reshape('c', 2, 1);
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x))) {
      assertNear("y", new double[] {1, 1}, values(run.y()), 1e-6);
    }
  }

  @Test
  void normalizedRows_padding_isZero() {
    INDArray x = Nd4j.createFromArray(1f, 2f, 3f, 4f).reshape('c', 2, 2);
    try (Arena.Scope scope = new Arena().open()) {
      for (SlotNormalization kind : SlotNormalization.values()) {
        NormalizedRows rows =
            new NormalizedRows(kind, x, TokenMask.of(true, false), new double[] {1, 1}, scope);
        assertAllZero("padding", values(rows.y().getRow(1)));
      }
    }
  }

  /** 2^53 + 2 and 2^53 − 2: their squares differ by more than sums of squares can tell. */
  @Test
  void measure_largeNumbers_keepTheirVariance() {
    double large = 0x1p53;
    SlotNormalization.Measure measure =
        SlotNormalization.LAYER_NORM.measure(new double[] {large + 2, large - 2});
    assertEquals(large, measure.mean());
    assertEquals(1 / Math.sqrt(4 + 1e-5), measure.inverse());
  }

  @Test
  void slotWeights_backwardOfPadding_isZero() {
    INDArray logits = normal(DataType.DOUBLE, 4, 3, 2);
    TokenBatch input = TokenBatch.evaluation(normal(DataType.DOUBLE, 5, 3, D))
        .withMask(TokenMask.of(true, false, true));
    try (Arena.Scope scope = new Arena().open()) {
      SlotWeights weights = new SlotWeights(logits, input, PaddedOutput.ZERO, scope);
      INDArray dLogits = Nd4j.ones(DataType.DOUBLE, 3, 2);
      weights.backward(normal(DataType.DOUBLE, 6, 3, 2), normal(DataType.DOUBLE, 7, 3, 2), dLogits);
      assertAllZero("padding", values(dLogits.getRow(1)));
      assertTrue(dLogits.getRow(0).amaxNumber().doubleValue() > 0);
    }
  }

  @Test
  void measure_smallestNorm_divisorIsConstant() {
    assertEquals(0, SlotNormalization.RMS.measure(new double[] {1e-12}).pull());
    assertEquals(0.5, SlotNormalization.RMS.measure(new double[] {1e-11, 0}).pull());
  }

  @Test
  void create_slots_haveTheStandardDeviationOfTheWidth() {
    SoftMoe layer =
        SoftMoe.create(new CopyExperts(4, 64, DataType.FLOAT), 8, SoftMoeOptions.paper(), 1);
    double[] slots = values(layer.parameters().get("slots"));
    double squares = Arrays.stream(slots).map(v -> v * v).sum();
    assertEquals(1.0 / 8, Math.sqrt(squares / slots.length), 0.01);
  }

  @Test
  void toString_sizesAndType() {
    assertEquals(
        "Soft MoE: 3 experts, 2 slots of each, width 4, FLOAT, 25 parameters",
        SoftMoe.create(new CopyExperts(3, 4, DataType.FLOAT), 2, SoftMoeOptions.paper(), 1)
            .toString());
  }

  @Test
  void forward_nanInRealToken_errorNamesTokenAndSlot() {
    INDArray x = normal(DataType.DOUBLE, 4, 3, D);
    x.putScalar(1, 0, Double.NaN);
    SoftMoe layer =
        layer(DataType.DOUBLE, SoftMoeOptions.paper().withNormalization(SlotNormalization.NONE));
    assertMessage(
        "logit of token 1 and slot 0 must be finite but was NaN",
        () -> layer.forward(TokenBatch.evaluation(x).differentiable()));
  }

  @Test
  void forward_expertsWithRouters_passesListed() {
    ExpertOptions options = ExpertOptions.of(2, D, 3).withDataType(DataType.DOUBLE);
    MoeLayer inner = MoeLayer.of(
        FixedRouter.of(normal(DataType.DOUBLE, 1, 2, D), new int[] {1, 0}),
        GluExperts.create(options, 1));
    SoftMoe layer =
        SoftMoe.create(HierarchicalExperts.of(List.of(inner)), 5, SoftMoeOptions.paper(), 1);
    FeedForwardPass run = layer.forward(TokenBatch.training(normal(DataType.DOUBLE, 4, 3, D)));
    assertEquals(1, MoePasses.in(run).size());
    MoePass pass = MoePasses.in(run).get(0);
    assertEquals(5, pass.decision().tokens());
    run.close();
    assertThrows(IllegalStateException.class, () -> pass.addBalance(RoutingGradient.none()));
  }

  @Test
  void forward_manyThreads_sameBitsAsOne() throws Exception {
    SoftMoe layer = layer(DataType.FLOAT, SoftMoeOptions.lucidrains());
    TokenBatch input = TokenBatch.evaluation(normal(DataType.FLOAT, 4, 600, D))
        .differentiable()
        .withSequenceLength(200);
    INDArray expected = gradient(layer, input);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<INDArray>> futures = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        futures.add(threads.submit(() -> gradient(layer, input)));
      }
      for (Future<INDArray> future : futures) {
        assertSameBits("dx", expected, future.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static INDArray gradient(SoftMoe layer, TokenBatch input) {
    INDArray dx = Nd4j.create(layer.dataType(), input.tokens(), D);
    try (FeedForwardPass run = layer.forward(input)) {
      run.backward(input.x(), dx, layer.parameters().zeroGradients());
    }
    return dx;
  }

  @Test
  void parameters_eachNormalization_namedAndStartAtOne() {
    Experts experts = FfnExperts.create(ExpertOptions.of(E, D, 5), 1);
    SoftMoe paper = SoftMoe.create(experts, S, SoftMoeOptions.paper(), 2);
    assertEquals(
        List.of("slots", "scale", "experts.up.weight", "experts.down.weight"),
        List.copyOf(paper.parameters().names()));
    assertEquals(1, paper.parameters().get("scale").getDouble(0));
    SoftMoe rms = SoftMoe.create(experts, S, SoftMoeOptions.lucidrains(), 2);
    assertEquals(
        List.of(
            "slots", "norm.gamma", "slotNorm.gamma", "experts.up.weight", "experts.down.weight"),
        List.copyOf(rms.parameters().names()));
    assertEquals(D, rms.parameters().get("norm.gamma").sumNumber().doubleValue());
    assertSameBits("slots", paper.parameters().get("slots"), rms.parameters().get("slots"));
  }

  @Test
  void withArena_shared_sameParametersAndResult() {
    SoftMoe layer = layer(DataType.DOUBLE, SoftMoeOptions.lucidrains());
    SoftMoe other = layer.withArena(new Arena());
    INDArray x = normal(DataType.DOUBLE, 4, 3, D);
    try (FeedForwardPass a = layer.forward(TokenBatch.evaluation(x).differentiable());
        FeedForwardPass b = other.forward(TokenBatch.evaluation(x).differentiable())) {
      assertSameBits("y", a.y(), b.y());
    }
    layer.parameters().get("norm.gamma").assign(0);
    assertEquals(0, other.parameters().get("norm.gamma").sumNumber().doubleValue());
  }

  @Test
  void close_then_yStaysAndBackwardThrows() {
    SoftMoe layer = layer(DataType.DOUBLE, SoftMoeOptions.paper());
    INDArray x = normal(DataType.DOUBLE, 4, 3, D);
    FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable());
    double[] before = values(run.y());
    run.close();
    run.close();
    layer
        .forward(TokenBatch.evaluation(normal(DataType.DOUBLE, 5, 3, D)).differentiable())
        .close();
    assertSameBits("y", before, values(run.y()));
    assertThrows(
        IllegalStateException.class,
        () -> run.backward(x, x.dup(), layer.parameters().zeroGradients()));
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    Experts experts = new CopyExperts(3, 4, DataType.FLOAT);
    SoftMoeOptions options = SoftMoeOptions.paper();
    assertMessage(
        "slots must be [3, *, 4] but was [3, 2, 5]",
        () -> SoftMoe.of(experts, Nd4j.zeros(DataType.FLOAT, 3, 2, 5), options));
    assertMessage(
        "slots of an expert must be at least 1 but were 0",
        () -> SoftMoe.of(experts, Nd4j.create(DataType.FLOAT, 3, 0, 4), options));
    assertMessage(
        "slots must be FLOAT but was DOUBLE",
        () -> SoftMoe.of(experts, Nd4j.zeros(DataType.DOUBLE, 3, 2, 4), options));
    assertMessage(
        "slotsPerExpert must be at least 1 but was 0",
        () -> SoftMoe.create(experts, 0, options, 1));
    SoftMoe layer = SoftMoe.create(experts, 2, options, 1);
    assertMessage(
        "x of a Soft MoE layer must be [*, 4] but was [2, 5]",
        () -> layer.forward(
            TokenBatch.evaluation(Nd4j.zeros(DataType.FLOAT, 2, 5)).differentiable()));
    assertMessage(
        "x of a Soft MoE layer must be FLOAT but was DOUBLE",
        () -> layer.forward(
            TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 2, 4)).differentiable()));
    INDArray x = Nd4j.ones(DataType.FLOAT, 2, 4);
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x).differentiable())) {
      assertMessage(
          "dy of a Soft MoE layer must be [2, 4] but was [1, 4]",
          () -> run.backward(
              Nd4j.ones(DataType.FLOAT, 1, 4), x.dup(), layer.parameters().zeroGradients()));
    }
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
