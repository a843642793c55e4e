package io.github.moe4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

class StageBenchmarkTest {
  private final StageBenchmark stages = new StageBenchmark();
  private final MoeLayerBenchmark layers = new MoeLayerBenchmark();

  private static BenchedStages stages(String load) {
    BenchedStages of = new BenchedStages();
    of.shape = "small";
    of.load = load;
    of.buildStages();
    return of;
  }

  @Test
  void given_uniform_evenAndEachTokenToDifferentExperts() {
    LayerShape shape = new LayerShape("tiny", 6, 4, 4, 4, 2);
    // 6 tokens, 2 choices: 12 rows on 4 experts
    assertArrayEquals(new int[] {3, 3, 3, 3}, GivenLoad.of("uniform", shape).countPerExpert());
    var given = GivenLoad.of("uniform", shape);
    for (int t = 0; t < 6; t++) {
      assertEquals(t, given.token(2 * t));
      assertTrue(given.expert(2 * t) != given.expert(2 * t + 1));
    }
  }

  @Test
  void given_skewed_halfOnExpert0AndTheRestEven() {
    assertArrayEquals(
        new int[] {6, 2, 2, 2},
        GivenLoad.of("skewed", new LayerShape("tiny", 6, 4, 4, 4, 2)).countPerExpert());
    int[] fine = GivenLoad.of("skewed", LayerShape.named("fine")).countPerExpert();
    // 2048·8 rows: 8192 on expert 0, and 8192 on 63 others, 130 and 2 remaining
    assertEquals(8192, fine[0]);
    assertEquals(130, Arrays.stream(fine).min().orElseThrow());
    assertEquals(131, Arrays.stream(fine).skip(1).max().orElseThrow());
  }

  @Test
  void given_unknownLoad_isAnError() {
    assertThrows(
        IllegalArgumentException.class, () -> GivenLoad.of("lopsided", LayerShape.named("small")));
  }

  @Test
  void shapes_ofTheBenchmarks_areKnownAndHoldThoseOfThePerformanceTables()
      throws NoSuchFieldException {
    List<String> names = Arrays.asList(
        BenchedShape.class.getField("shape").getAnnotation(Param.class).value());
    names.forEach(name -> assertEquals(name, BenchedShape.named(name).name()));
    assertTrue(names.containsAll(LayerShape.all().stream().map(LayerShape::name).toList()));
    assertEquals(
        new LayerShape("experts 32", 2048, 512, 256, 32, 2), BenchedShape.named("experts 32"));
    assertThrows(IllegalArgumentException.class, () -> BenchedShape.named("experts"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "skewed"})
  void stages_oneAfterAnother_giveWhatTheLayerGives(String load) {
    BenchedStages of = stages(load);
    INDArray y = Nd4j.create(DataType.FLOAT, of.sizes.tokens(), of.sizes.width());
    WeightAt.OUTPUT.combine(of.plan, of.yR, y);
    try (MoePass pass = of.layer.forward(TokenBatch.evaluation(of.x))) {
      assertEquals(y, pass.y());
    }
    assertEquals(of.plan.rows(), stages.plan(of).rows());
    // each result is valid until the next stage
    assertEquals(of.xR, stages.gather(of));
    assertEquals(of.yR, stages.experts(of));
    assertEquals(y, stages.combine(of));
    BenchedShape.requireFinite("dxR", stages.expertsBackward(of));
    assertTrue(of.gradients.globalNorm() > 0);
    of.release();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {BenchedStages.class, StageBenchmark.Routed.class, MoeLayerBenchmark.Layer.class})
  void setup_ofAState_isOneMethod(Class<?> state) {
    // JMH would call several in the order of their names, not that of the hierarchy.
    int methods = 0;
    for (Class<?> part = state; part != Object.class; part = part.getSuperclass()) {
      methods += (int) Arrays.stream(part.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Setup.class))
          .count();
    }
    assertEquals(1, methods);
  }

  @Test
  void route_small_makesAllAssignments() {
    StageBenchmark.Routed of = new StageBenchmark.Routed();
    of.shape = "small";
    of.check();
    assertEquals(512 * 2, stages.route(of));
    of.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "skewed"})
  void layer_small_dropsNothingAndHasGradients(String load) {
    MoeLayerBenchmark.Layer of = new MoeLayerBenchmark.Layer();
    of.shape = "small";
    of.load = load;
    of.buildAll();
    assertEquals(0, layers.forward(of));
    assertEquals(0, layers.forwardBackward(of));
    BenchedShape.requireFinite("dx", of.dx);
    assertTrue(of.gradients.globalNorm() > 0);
  }
}
