package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.core.experts.ZeroExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.core.training.Adam;
import io.github.moe4j.core.training.LossGradient;
import io.github.moe4j.core.training.MeanSquaredError;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Layers with adapters in every part. */
class LoraTest {
  private static final int D = 6;

  private static MoeLayer layer(DataType type, Experts experts) {
    GluExperts network = GluExperts.create(ExpertOptions.of(1, D, 3).withDataType(type), 2);
    INDArray gate = RandomArrays.normal(type, Seeds.random(9), 1, D);
    LinearGate router = LinearGate.of(
        RandomArrays.normal(type, Seeds.random(8), experts.experts(), D),
        RandomArrays.normal(type, Seeds.random(7), experts.experts()));
    return MoeLayer.builder(GatedRouter.of(router, TopK.unnormalized(2)), experts)
        .sharedExpert(DenseFeedForward.gated(network, gate))
        .name("block 3")
        .build();
  }

  private static GluExperts glu(DataType type) {
    return GluExperts.create(ExpertOptions.of(4, D, 5).withDataType(type), 1);
  }

  private static LoraOptions all() {
    return LoraOptions.of(2, 3).withTargets(LoraTarget.values()).withSeed(5);
  }

  private static MoeLayer adapted(MoeLayer base, LoraOptions options) {
    MoeLayer adapted = Lora.adapt(base, options);
    RandomArrays.fill(adapted.parameters(), Seeds.random(3), 0.5);
    return adapted;
  }

  private static INDArray tokens(DataType type, int count) {
    return RandomArrays.normal(type, Seeds.random(4), count, D);
  }

  private static INDArray y(MoeLayer layer, INDArray x) {
    return layer.forward(TokenBatch.evaluation(x)).y();
  }

  @Test
  void adapt_everyTarget_parametersAreTheAdapters() {
    MoeLayer adapted = Lora.adapt(layer(DataType.FLOAT, glu(DataType.FLOAT)), all());
    assertEquals(
        List.of(
            "router.loraA",
            "router.loraB",
            "experts.gate.loraA",
            "experts.gate.loraB",
            "experts.up.loraA",
            "experts.up.loraB",
            "experts.down.loraA",
            "experts.down.loraB",
            "shared.network.gate.loraA",
            "shared.network.gate.loraB",
            "shared.network.up.loraA",
            "shared.network.up.loraB",
            "shared.network.down.loraA",
            "shared.network.down.loraB"),
        List.copyOf(adapted.parameters().names()));
    assertEquals("block 3", adapted.name());
    assertEquals(Set.of(LoraTarget.values()), Lora.pairs(adapted).keySet());
  }

  @Test
  void forward_atStart_bitsOfTheLayer() {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      MoeLayer base = layer(type, glu(type));
      INDArray x = tokens(type, 17);
      assertSameBits("y", y(base, x), y(Lora.adapt(base, all()), x));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void backward_everyTarget_matchesDifferences(double dropout) {
    MoeLayer layer =
        adapted(layer(DataType.DOUBLE, glu(DataType.DOUBLE)), all().withDropout(dropout));
    INDArray x = tokens(DataType.DOUBLE, 7);
    TokenMask mask = TokenMask.of(new boolean[] {true, true, false, true, true, true, true});
    double[] c = RandomArrays.normal(Seeds.random(6), 7 * D);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, c, 7, D);
    Gradients into = layer.parameters().zeroGradients();
    INDArray dx = Nd4j.create(DataType.DOUBLE, 7, D);
    forward(layer, x, mask).backward(dy, dx, into);
    GradientCheck.of(() -> GradientCheck.weightedSum(forward(layer, x, mask).y(), c))
        .add("x", x, dx)
        .addAll(layer.parameters(), into)
        .assertCorrect();
  }

  private static MoePass forward(MoeLayer layer, INDArray x, TokenMask mask) {
    return layer.forward(TokenBatch.training(x, new SplittableRandom(1)).withMask(mask));
  }

  @Test
  void backward_frozenAdapters_restUnchanged() {
    MoeLayer layer = adapted(layer(DataType.DOUBLE, glu(DataType.DOUBLE)), all());
    INDArray x = tokens(DataType.DOUBLE, 7);
    Frozen.assertRestUnchanged(layer.parameters(), into -> {
      INDArray dx = Nd4j.create(DataType.DOUBLE, 7, D);
      forward(layer, x, TokenMask.none(7)).backward(x.dup(), dx, into);
      return dx;
    });
  }

  @Test
  void merged_everyTarget_sameOutputsAndNamesOfTheLayer() {
    MoeLayer base = layer(DataType.DOUBLE, glu(DataType.DOUBLE));
    MoeLayer adapted = adapted(base, all());
    MoeLayer merged = Lora.merged(adapted);
    assertEquals(base.parameters().names(), merged.parameters().names());
    INDArray x = tokens(DataType.DOUBLE, 17);
    assertNear("y", y(adapted, x), y(merged, x), 1e-11);
  }

  /** Zero experts, a factor and a normalization stay around the networks. */
  @Test
  void adapt_networksWithinOthers_adaptedMergedAndFrozenOtherwise() {
    GluExperts networks =
        GluExperts.create(ExpertOptions.of(2, D, 5).withDataType(DataType.DOUBLE), 1);
    RmsNorm norm = RmsNorm.create(D, 1e-6, DataType.DOUBLE);
    Experts experts = ScaledOutput.of(
        NormalizedInput.of(
            norm, CompositeExperts.of(networks, ZeroExperts.of(2, D, DataType.DOUBLE))),
        0.5);
    MoeLayer base = layer(DataType.DOUBLE, experts);
    LoraOptions options = LoraOptions.of(2, 3);
    INDArray x = tokens(DataType.DOUBLE, 17);
    assertSameBits("y", y(base, x), y(Lora.adapt(base, options), x));
    MoeLayer adapted = adapted(base, options);
    assertEquals(6, adapted.parameters().names().size());
    assertTrue(adapted.parameters().names().contains("experts.0.up.loraA"));
    assertNear("y", y(adapted, x), y(Lora.merged(adapted), x), 1e-11);
    Frozen.assertRestUnchanged(adapted.parameters(), into -> {
      INDArray dx = Nd4j.create(DataType.DOUBLE, 17, D);
      forward(adapted, x, TokenMask.none(17)).backward(x.dup(), dx, into);
      return dx;
    });
  }

  /** A loss that falls while every array of the layer keeps its bits. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void training_adapters_lossFallsAndTheBaseKeepsItsBits(boolean quantized) {
    GluExperts floats = glu(DataType.FLOAT);
    QuantizedExperts packed = QuantizedExperts.of(floats, WeightFormat.INT8);
    MoeLayer base = layer(DataType.FLOAT, quantized ? packed : floats);
    Map<String, INDArray> before = copies(base.parameters());
    INDArray weightBefore = packed.weight("up");
    MoeLayer layer = Lora.adapt(base, all());
    INDArray x = tokens(DataType.FLOAT, 32);
    INDArray target = RandomArrays.normal(DataType.FLOAT, Seeds.random(11), 32, D);
    Optimizer optimizer = Optimizer.of(layer.parameters(), Adam.usual(), 0.02);
    double first = Double.NaN;
    double last = Double.NaN;
    for (int step = 0; step < 60; step++) {
      Gradients into = layer.parameters().zeroGradients();
      MoePass pass = layer.forward(TokenBatch.training(x));
      LossGradient loss = MeanSquaredError.of(pass.y(), target);
      pass.backward(loss.gradient(), Nd4j.create(DataType.FLOAT, 32, D), into);
      optimizer.step(into);
      last = loss.value();
      first = step == 0 ? last : first;
    }
    assertTrue(last < 0.8 * first, first + " -> " + last);
    before.forEach(
        (name, array) -> assertSameBits(name, array, base.parameters().get(name)));
    assertSameBits("packed up", weightBefore, packed.weight("up"));
    assertNear("y merged", y(layer, x), y(Lora.merged(layer), x), 1e-4);
  }

  private static Map<String, INDArray> copies(NamedArrays parameters) {
    Map<String, INDArray> copies = new LinkedHashMap<>();
    parameters.forEach((name, array) -> copies.put(name, array.dup()));
    return copies;
  }

  @Test
  void adapt_routerAlone_quantizedExpertsPullBack() {
    MoeLayer base =
        layer(DataType.FLOAT, QuantizedExperts.of(glu(DataType.FLOAT), WeightFormat.BFLOAT16));
    MoeLayer adapted = adapted(base, LoraOptions.of(2, 3).withTargets(LoraTarget.ROUTER));
    INDArray dx = Nd4j.create(DataType.FLOAT, 5, D);
    INDArray x = tokens(DataType.FLOAT, 5);
    forward(adapted, x, TokenMask.none(5))
        .backward(x.dup(), dx, adapted.parameters().zeroGradients());
    assertTrue(Near.values(dx)[0] != 0);
    assertInstanceOf(QuantizedExperts.class, Lora.merged(adapted).experts());
  }

  /** A float64 router beside float32 experts. */
  @Test
  void adapt_widerRouter_gradientsOfItsType() {
    LinearGate gate = LinearGate.create(4, D, DataType.DOUBLE, 1);
    MoeLayer base = MoeLayer.of(GatedRouter.of(gate, TopK.of(2)), glu(DataType.FLOAT));
    MoeLayer adapted = adapted(base, LoraOptions.of(2, 3).withTargets(LoraTarget.ROUTER));
    assertEquals(DataType.DOUBLE, adapted.parameters().dataType());
    INDArray x = tokens(DataType.FLOAT, 5);
    Gradients into = adapted.parameters().zeroGradients();
    forward(adapted, x, TokenMask.none(5))
        .backward(x.dup(), Nd4j.create(DataType.FLOAT, 5, D), into);
    assertTrue(into.globalNorm() > 0);
  }

  @Test
  void score_dropout_keptInputsTimesInverseOfTheirShare() {
    INDArray ones = Nd4j.ones(DataType.DOUBLE, 1, 1);
    LoraGate gate =
        LoraGate.over(LinearGate.of(ones.mul(0)), new LoraPair(ones, ones.dup(), 1, false), 0.75);
    TokenBatch input =
        TokenBatch.training(Nd4j.ones(DataType.DOUBLE, 200, 1), new SplittableRandom(1));
    // of inputs 1 a quarter is kept, as 1/(1 − 3/4)
    double[] logits = gate.score(input).logits().toArray();
    assertEquals(
        Set.of(0.0, 4.0), Arrays.stream(logits).boxed().collect(Collectors.toUnmodifiableSet()));
  }

  @Test
  void dropout_anyPart_rateOfItsAdapters() {
    for (LoraTarget target :
        List.of(LoraTarget.ROUTER, LoraTarget.SHARED_UP, LoraTarget.EXPERT_UP)) {
      LoraOptions options = LoraOptions.of(2, 3).withTargets(target).withDropout(0.25);
      MoeLayer adapted = Lora.adapt(layer(DataType.FLOAT, glu(DataType.FLOAT)), options);
      assertEquals(0.25, Lora.dropout(adapted), target.name());
    }
    assertEquals(0, Lora.dropout(layer(DataType.FLOAT, glu(DataType.FLOAT))));
    Experts none = LoraExperts.over(glu(DataType.FLOAT), Map.of(), 0.25);
    assertEquals(0, Lora.dropout(layer(DataType.FLOAT, none)));
  }

  @Test
  void adapt_severalNetworks_theRouterAlone() {
    Experts two = CompositeExperts.of(
        GluExperts.create(ExpertOptions.of(2, D, 5), 1),
        GluExperts.create(ExpertOptions.of(2, D, 3), 2));
    MoeLayer layer = layer(DataType.FLOAT, two);
    LoraOptions router = LoraOptions.of(2, 3).withTargets(LoraTarget.ROUTER);
    assertEquals(
        List.of("router.loraA", "router.loraB"),
        List.copyOf(Lora.adapt(layer, router).parameters().names()));
    requireError(
        "experts with adapters must contain networks of one kind, such as GluExperts, but CompositeExperts contain 2",
        layer,
        LoraTarget.EXPERT_UP);
  }

  @Test
  void adapt_whatDoesNotFit_isRejected() {
    MoeLayer plain = MoeLayer.of(
        GatedRouter.of(LinearGate.create(4, D, DataType.FLOAT, 1), TopK.of(2)),
        glu(DataType.FLOAT));
    requireError(
        "a shared expert with adapters must be a DenseFeedForward but there is none",
        plain,
        LoraTarget.SHARED_UP);
    MoeLayer noisy = MoeLayer.of(
        GatedRouter.of(InputJitter.of(LinearGate.create(4, D, DataType.FLOAT, 1), 0.1), TopK.of(2)),
        glu(DataType.FLOAT));
    requireError(
        "a router with an adapter must be a GatedRouter with a LinearGate but was one with InputJitter",
        noisy,
        LoraTarget.ROUTER);
    MoeLayer zero = MoeLayer.of(
        GatedRouter.of(LinearGate.create(4, D, DataType.FLOAT, 1), TopK.of(2)),
        ZeroExperts.of(4, D, DataType.FLOAT));
    requireError(
        "experts with adapters must contain networks of one kind, such as GluExperts, but ZeroExperts contain 0",
        zero,
        LoraTarget.EXPERT_UP);
  }

  private static void requireError(String message, MoeLayer layer, LoraTarget target) {
    LoraOptions options = LoraOptions.of(2, 3).withTargets(target);
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Lora.adapt(layer, options))
            .getMessage());
  }
}
