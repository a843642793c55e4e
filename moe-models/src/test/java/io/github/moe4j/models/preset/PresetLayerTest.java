package io.github.moe4j.models.preset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.InputJitter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PresetLayerTest {
  private static final int WIDTH = 32;
  private static final int TOKENS = 7;

  static Stream<Preset> presets() {
    return Presets.all().stream();
  }

  /** A layer small enough for a test, with whole groups. */
  private static Preset small(Preset preset) {
    int experts = Math.min(preset.architecture().sparse().experts(), 16);
    return preset.atWidth(WIDTH).withExperts(experts);
  }

  @ParameterizedTest
  @MethodSource("presets")
  void layer_ofEachPreset_runsForwardAndBackward(Preset preset) {
    MoeLayer layer = small(preset).layer(3);
    INDArray x = Nd4j.rand(DataType.FLOAT, TOKENS, WIDTH).subi(0.5);
    TokenBatch input = TokenBatch.training(x, new SplittableRandom(5));
    try (MoePass pass = layer.forward(input)) {
      assertArrayEquals(new long[] {TOKENS, WIDTH}, pass.y().shape());
      assertTrue(pass.y().norm2Number().doubleValue() > 0);
      MoeGradients back = pass.backward(Nd4j.ones(DataType.FLOAT, TOKENS, WIDTH));
      double norm = back.dx().norm2Number().doubleValue();
      assertTrue(norm > 0 && Double.isFinite(norm), preset.name() + " " + norm);
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void layer_ofEachPreset_hasTheCountedParameters(Preset preset) {
    Preset small = small(preset);
    ParameterCounts sizes = small.total();
    Architecture model = small.architecture();
    long layers = model.sparseLayers();
    long counted = (sizes.count(ParameterGroup.ROUTER)
            + sizes.count(ParameterGroup.ROUTED_EXPERTS)
            + sizes.count(ParameterGroup.SHARED_EXPERTS))
        / layers;
    // A selection bias is state beside the parameters.
    long state = model.sparse().selectionBias() ? model.sparse().experts() : 0;
    assertEquals(counted - state, small.layer(1).parameters().count());
  }

  @ParameterizedTest
  @MethodSource("presets")
  void layer_ofEachPreset_hasNoiseOnItsInputWhereItSaysSo(Preset preset) {
    GatedRouter router = (GatedRouter) small(preset).layer(3).router();
    assertEquals(preset.routed().inputJitter() > 0, router.gate() instanceof InputJitter);
  }

  @Test
  void all_haveEachFamily() {
    assertTrue(Presets.all().stream()
        .map(Preset::name)
        .toList()
        .containsAll(List.of(
            "mixtral-8x7b",
            "qwen3-30b-a3b",
            "deepseek-v3",
            "olmoe-1b-7b",
            "gpt-oss-20b",
            "glam-64b-64e",
            "nllb-moe-54b",
            "st-moe-32b",
            "switch-base-8",
            "switch-c")));
    assertEquals(
        "model card, Qwen/Qwen3-30B-A3B",
        Preset.named("qwen3-30b-a3b").published().get(0).source());
    assertEquals(2, Preset.named("mixtral-8x7b").published().size());
  }

  /** Switch Base has experts in every other layer from the second on, Switch-C in all. */
  @Test
  void switchLayers_everyOtherOrAll() {
    for (Stack stack : Preset.named("switch-base-8").architecture().stacks()) {
      assertEquals(1, stack.firstSparse());
      assertEquals(6, stack.sparseLayers());
    }
    for (Stack stack : Preset.named("switch-c").architecture().stacks()) {
      assertEquals(0, stack.firstSparse());
      assertEquals(15, stack.sparseLayers());
    }
  }

  @Test
  void layer_sameSeed_sameBits() {
    Preset mixtral = Preset.named("mixtral-8x7b");
    INDArray one = mixtral.layer(WIDTH, 9).parameters().get("experts.down.weight");
    INDArray same = mixtral.layer(WIDTH, 9).parameters().get("experts.down.weight");
    INDArray other = mixtral.layer(WIDTH, 10).parameters().get("experts.down.weight");
    assertArrayEquals(one.dup().data().asFloat(), same.dup().data().asFloat());
    assertTrue(one.distance1(other) > 0);
  }

  @Test
  void atWidth_keepsRatios() {
    // 4096·14336·128 over 16
    Architecture small = Preset.named("mixtral-8x7b").atWidth(256).architecture();
    assertEquals(896, small.sparse().expert().hiddenWidth());
    assertEquals(8, ((GroupedAttention) small.attention()).headWidth());
    assertEquals(8, small.sparse().experts());
    Architecture v2 = Preset.named("deepseek-v2").atWidth(640).architecture();
    assertEquals(new LatentAttention(128, 192, 64, 16, 8, 16), v2.attention());
  }

  @Test
  void atWidth_itsOwn_isTheSame() {
    for (Preset preset : Presets.all()) {
      Architecture model = preset.architecture();
      assertEquals(model, model.atWidth(model.modelWidth()));
    }
  }

  @Test
  void withExperts_belowK_throws() {
    Preset qwen = Preset.named("qwen3-30b-a3b");
    assertEquals(
        "k must be at most E = 4 but was 8",
        assertThrows(IllegalArgumentException.class, () -> qwen.withExperts(4)).getMessage());
  }

  @Test
  void layer_expertsNotInGroups_throws() {
    Preset v3 = Preset.named("deepseek-v3").atWidth(WIDTH).withExperts(12);
    String message =
        assertThrows(IllegalArgumentException.class, () -> v3.layer(1)).getMessage();
    assertTrue(message.contains("12"), message);
  }

  @Test
  void named_unknown_listsNames() {
    String message = assertThrows(IllegalArgumentException.class, () -> Preset.named("mixtrel"))
        .getMessage();
    assertTrue(message.startsWith("no preset mixtrel among switch-base-8, "), message);
    assertTrue(message.endsWith("gpt-oss-120b"), message);
  }

  @Test
  void all_haveDifferentNames() {
    long names = Presets.all().stream().map(Preset::name).distinct().count();
    assertEquals(Presets.all().size(), names);
  }
}
