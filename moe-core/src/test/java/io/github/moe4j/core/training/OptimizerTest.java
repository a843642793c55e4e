package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

@ExtendWith(Seeds.class)
class OptimizerTest {
  private static NamedArrays parameters(double... values) {
    return NamedArrays.builder()
        .add("weight", RandomArrays.of(DataType.DOUBLE, values, 1, values.length))
        .build();
  }

  @Test
  void step_ofSgd_subtractsRateTimesGradientAndUsesItUp() {
    NamedArrays parameters = parameters(1, 2);
    Optimizer optimizer = Optimizer.of(parameters, new Sgd(0.5));
    Gradients gradients = parameters.zeroGradients();
    gradients.get("weight").assign(RandomArrays.of(DataType.DOUBLE, new double[] {4, -2}, 1, 2));
    optimizer.step(gradients);
    // 1 − 0.5·4 = −1 and 2 + 0.5·2 = 3
    Near.assertNear("weight", new double[] {-1, 3}, Near.values(parameters.get("weight")), 1e-15);
    Near.assertAllZero("gradient", Near.values(gradients.get("weight")));
    assertEquals(1, optimizer.steps());
    assertTrue(optimizer.state().names().isEmpty());
  }

  @Test
  void step_ofAdam_movesByTheRateAtFirst() {
    NamedArrays parameters = parameters(1, 2);
    Optimizer optimizer = Optimizer.of(parameters, new Adam(0.1));
    Gradients gradients = parameters.zeroGradients();
    gradients.get("weight").assign(RandomArrays.of(DataType.DOUBLE, new double[] {4, -2}, 1, 2));
    optimizer.step(gradients);
    // m/(1−β1) = g and √(v/(1−β2)) = |g|: the first step is rate·sign(g)
    Near.assertNear("weight", new double[] {0.9, 2.1}, Near.values(parameters.get("weight")), 1e-6);
    assertEquals(4, optimizer.state().count());
  }

  @Test
  void step_ofMomentum_keepsStateBetweenSteps() {
    NamedArrays parameters = parameters(0);
    Optimizer optimizer = Optimizer.of(parameters, new Nesterovs(0.1, 0.9));
    Gradients gradients = parameters.zeroGradients();
    double[] moved = new double[2];
    for (int i = 0; i < 2; i++) {
      double before = parameters.get("weight").getDouble(0);
      gradients.get("weight").assign(1);
      optimizer.step(gradients);
      moved[i] = before - parameters.get("weight").getDouble(0);
    }
    assertTrue(moved[1] > moved[0], "the second step must be longer: " + moved[1]);
  }

  private static MoeLayer layer(SplittableRandom random) {
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, random, 3, 4);
    return MoeLayer.of(
        FixedRouter.of(gate, new int[] {0, 1}, new int[] {2, 0}),
        GluExperts.create(ExpertOptions.of(3, 4, 5).withDataType(DataType.DOUBLE), 1));
  }

  @Test
  void step_oneOptimizerForEachPart_sameBitsAsOneForAll() {
    MoeLayer whole = layer(Seeds.random(5));
    MoeLayer parts = layer(Seeds.random(5));
    Optimizer one = Optimizer.of(whole.parameters(), new Adam(0.05));
    Optimizer router = Optimizer.of(parts.parameters().part("router"), new Adam(0.05));
    Optimizer experts = Optimizer.of(parts.parameters().part("experts"), new Adam(0.05));
    Gradients ofWhole = whole.parameters().zeroGradients();
    Gradients ofParts = parts.parameters().zeroGradients();
    for (int i = 0; i < 3; i++) {
      INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(i), 8, 4);
      add(whole, x, x, 0, 8, ofWhole);
      one.step(ofWhole);
      add(parts, x, x, 0, 8, ofParts);
      router.step(ofParts.part("router"));
      experts.step(ofParts.part("experts"));
    }
    whole
        .parameters()
        .forEach(
            (name, array) -> Near.assertSameBits(name, array, parts.parameters().get(name)));
  }

  @Test
  void step_onePartOnly_leavesTheGradientsOfTheOther() {
    MoeLayer layer = layer(Seeds.random(5));
    Gradients gradients = layer.parameters().zeroGradients();
    gradients.forEach((name, array) -> array.assign(1));
    Optimizer.of(layer.parameters().part("router"), new Sgd(1)).step(gradients.part("router"));
    assertEquals(0, gradients.part("router").globalNorm());
    // √ of 3 matrices of 3·4·5
    assertEquals(Math.sqrt(180), gradients.part("experts").globalNorm(), 1e-12);
  }

  @Test
  void step_frozenPart_bitsAsBeforeAndNoState() {
    for (String frozen : new String[] {"router", "experts"}) {
      MoeLayer layer = layer(Seeds.random(6));
      NamedArrays trained = layer.parameters().without(frozen);
      Optimizer optimizer = Optimizer.of(trained, new Adam(0.05));
      Gradients gradients = layer.parameters().zeroGradientsExcept(frozen);
      Map<String, INDArray> before = new LinkedHashMap<>();
      layer.parameters().forEach((name, array) -> before.put(name, array.dup()));
      for (int i = 0; i < 3; i++) {
        INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(i), 8, 4);
        add(layer, x, x, 0, 8, gradients);
        optimizer.step(gradients);
      }
      layer
          .parameters()
          .part(frozen)
          .forEach(
              (name, array) -> Near.assertSameBits(name, before.get(frozen + "." + name), array));
      trained.forEach((name, array) ->
          assertFalse(Arrays.equals(Near.values(before.get(name)), Near.values(array)), name));
      assertEquals(2 * trained.count(), optimizer.state().count());
    }
  }

  @Test
  void step_withGradientsOfOtherParameters_isRefused() {
    Optimizer optimizer = Optimizer.of(parameters(1), new Sgd(1));
    Gradients other = NamedArrays.builder()
        .add("other", Nd4j.zeros(DataType.DOUBLE, 1, 1))
        .build()
        .zeroGradients();
    var error = assertThrows(IllegalArgumentException.class, () -> optimizer.step(other));
    assertEquals(
        "gradients must be of the parameters [weight] but were of [other]", error.getMessage());
  }

  @Test
  void backward_ofMicroBatches_addsUpToThatOfTheBatch() {
    SplittableRandom random = Seeds.random(1);
    MoeLayer layer = MoeLayer.of(
        FixedRouter.of(
            RandomArrays.normal(DataType.DOUBLE, random, 3, 4), new int[] {0, 1}, new int[] {2, 0}),
        GluExperts.create(ExpertOptions.of(3, 4, 5).withDataType(DataType.DOUBLE), 1));
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 8, 4);
    INDArray dy = RandomArrays.normal(DataType.DOUBLE, random, 8, 4);
    Gradients whole = layer.parameters().zeroGradients();
    add(layer, x, dy, 0, 8, whole);
    Gradients parts = layer.parameters().zeroGradients();
    add(layer, x, dy, 0, 2, parts);
    add(layer, x, dy, 2, 8, parts);
    Gradients workers = layer.parameters().zeroGradients();
    Gradients second = layer.parameters().zeroGradients();
    add(layer, x, dy, 0, 4, workers);
    add(layer, x, dy, 4, 8, second);
    workers.add(second);
    whole.forEach((name, gradient) -> {
      Near.assertNear(name, gradient, parts.get(name), 1e-12);
      Near.assertNear(name, gradient, workers.get(name), 1e-12);
    });
  }

  private static void add(
      MoeLayer layer, INDArray x, INDArray dy, int from, int to, Gradients into) {
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, to - from, 4);
    try (MoePass pass = layer.forward(TokenBatch.training(rows(x, from, to)))) {
      pass.backward(rows(dy, from, to), dx, into);
    }
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  private static NamedArrays ofTwoExperts() {
    return NamedArrays.builder()
        .add("gate", RandomArrays.of(DataType.DOUBLE, new double[] {1, 2}, 1, 2))
        .add(
            "experts.up",
            RandomArrays.of(DataType.DOUBLE, new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2))
        .add("experts.bias", RandomArrays.of(DataType.DOUBLE, new double[] {1, 2}, 2, 1))
        .build();
  }

  private static Optimizer perExpert(NamedArrays parameters) {
    return Optimizer.builder(parameters)
        .perExpert("experts")
        .rest(new AdamW(0.9, 0.95, 1e-8, 0.1), LearningRate.constant(0.1))
        .build();
  }

  private static Gradients ones(NamedArrays parameters) {
    Gradients gradients = parameters.zeroGradients();
    gradients.forEach((name, array) -> array.assign(1));
    return gradients;
  }

  /** Expert 1 gets rows in the steps 0 and 2 alone: it is where expert 0 was after two steps. */
  @Test
  void step_perExpert_oneWithoutRowsStaysAsItIs() {
    NamedArrays parameters = ofTwoExperts();
    NamedArrays both = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    Optimizer always = perExpert(both);
    for (int i = 0; i < 3; i++) {
      double[] before = Near.values(parameters.get("experts.up"));
      optimizer.step(ones(parameters), Map.of("experts", new int[] {2, i == 1 ? 0 : 5}));
      double[] after = Near.values(parameters.get("experts.up"));
      assertEquals(i == 1, before[4] == after[4], "expert 1 in step " + i);
      assertTrue(before[0] != after[0], "expert 0 in step " + i);
      if (i < 2) {
        always.step(ones(both), Map.of("experts", new int[] {1, 1}));
      }
    }
    double[] twice = Near.values(both.get("experts.up"));
    double[] mine = Near.values(parameters.get("experts.up"));
    for (int i = 4; i < 8; i++) {
      assertEquals(twice[i], mine[i], 0, "element " + i);
    }
    assertEquals(
        both.get("experts.bias").getDouble(1), parameters.get("experts.bias").getDouble(1), 0);
  }

  @Test
  void step_perExpertAllWithRows_sameBitsAsAtOnce() {
    NamedArrays parameters = ofTwoExperts();
    NamedArrays atOnce = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    Optimizer plain = Optimizer.of(atOnce, new AdamW(0.9, 0.95, 1e-8, 0.1), 0.1);
    for (int i = 0; i < 3; i++) {
      optimizer.step(ones(parameters), Map.of("experts", new int[] {1, 1}));
      plain.step(ones(atOnce));
    }
    atOnce.forEach((name, array) -> Near.assertSameBits(name, array, parameters.get(name)));
  }

  @Test
  void restore_perExpert_goesOnWithTheStepsOfEachExpert() {
    NamedArrays parameters = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    optimizer.step(ones(parameters), Map.of("experts", new int[] {1, 0}));
    Checkpoint.Builder saved = Checkpoint.builder();
    optimizer.addTo(saved, "optimizer");
    saved.parameters("model", parameters);
    Checkpoint checkpoint = saved.build();
    NamedArrays again = ofTwoExperts();
    checkpoint.into("model", again);
    Optimizer restored = perExpert(again);
    restored.restore(checkpoint, "optimizer");
    optimizer.step(ones(parameters), Map.of("experts", new int[] {1, 1}));
    restored.step(ones(again), Map.of("experts", new int[] {1, 1}));
    again.forEach((name, array) -> Near.assertSameBits(name, array, parameters.get(name)));
  }

  @Test
  void step_ofNegativeRows_isRefusedAndChangesNothing() {
    NamedArrays parameters = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    assertRefused(
        "rows of expert 1 of experts must be at least 0 but were -1",
        () -> optimizer.step(ones(parameters), Map.of("experts", new int[] {1, -1})));
    ofTwoExperts().forEach((name, array) -> Near.assertSameBits(name, array, parameters.get(name)));
    assertEquals(0, optimizer.steps());
  }

  @Test
  void restore_perExpertOfOtherSteps_isRefusedAndChangesNothing() {
    NamedArrays parameters = ofTwoExperts();
    Optimizer saved = perExpert(parameters);
    saved.step(ones(parameters), Map.of("experts", new int[] {1, 1}));
    assertRefusedSteps("[1]", saved, 1);
    assertRefusedSteps("[1, 1, 1]", saved, 1, 1, 1);
    assertRefusedSteps("[1, -1]", saved, 1, -1);
    Optimizer restored = perExpert(ofTwoExperts());
    restored.restore(withSteps(saved, 0, 1), "optimizer");
    assertEquals(1, restored.steps());
  }

  private static void assertRefusedSteps(String shown, Optimizer saved, long... ofExperts) {
    Optimizer fresh = perExpert(ofTwoExperts());
    assertRefused(
        "optimizer.steps.experts must be 2 numbers of at least 0 but was " + shown,
        () -> fresh.restore(withSteps(saved, ofExperts), "optimizer"));
    assertEquals(0, fresh.steps());
    fresh.state().forEach((name, moment) -> Near.assertAllZero(name, Near.values(moment)));
  }

  /** A checkpoint of an optimizer with other steps of its experts. */
  private static Checkpoint withSteps(Optimizer optimizer, long... ofExperts) {
    return Checkpoint.builder()
        .text("optimizer.updater", "adamw")
        .longs("optimizer.steps", optimizer.steps())
        .parameters("optimizer.state", optimizer.state())
        .longs("optimizer.steps.experts", ofExperts)
        .build();
  }

  @Test
  void restore_ofAnotherUpdater_messageNamesBoth() {
    Optimizer sgd = Optimizer.of(parameters(1), io.github.moe4j.core.training.Sgd.plain(), 0.1);
    Checkpoint.Builder saved = Checkpoint.builder();
    sgd.addTo(saved, "optimizer");
    Optimizer nd4j = Optimizer.of(parameters(1), new Sgd(0.1));
    assertRefused(
        "optimizer.updater must be Sgd but was sgd",
        () -> nd4j.restore(saved.build(), "optimizer"));
  }

  @Test
  void restore_ofAnyNumberOfSteps_takesThoseOfAnInt() {
    Optimizer optimizer = Optimizer.of(parameters(1), new Sgd(0.1));
    for (long steps : new long[] {Integer.MAX_VALUE, 0}) {
      optimizer.restore(ofSteps(steps), "optimizer");
      assertEquals(steps, optimizer.steps());
    }
    for (long steps : new long[] {-1, 1L << 31}) {
      assertRefused(
          "optimizer.steps must be in [0, 2^31) but was " + steps,
          () -> optimizer.restore(ofSteps(steps), "optimizer"));
      assertEquals(0, optimizer.steps());
    }
  }

  private static Checkpoint ofSteps(long steps) {
    return Checkpoint.builder()
        .text("optimizer.updater", "Sgd")
        .longs("optimizer.steps", steps)
        .build();
  }

  @Test
  void step_ofClosedState_isRefusedAndChangesNothing() {
    NamedArrays parameters = parameters(1, 2);
    Optimizer optimizer = Optimizer.of(parameters, AdamW.of(0.1), 0.1);
    optimizer.state().get("weight.exp_avg_sq").close();
    assertRefused(
        "parameter weight.exp_avg_sq of the optimizer's state must be usable but it, or the array of"
            + " which it is a view, was closed",
        () -> optimizer.step(ones(parameters)));
    assertUnchanged(parameters, optimizer);
  }

  @Test
  void step_ofGradientsThatDoNotFit_isRefusedAndChangesNothing() {
    NamedArrays parameters = parameters(1, 2);
    Optimizer optimizer = Optimizer.of(parameters, io.github.moe4j.core.training.Sgd.plain(), 0.1);
    assertRefused(
        "the optimizer: gradient of weight must be [1, 2] but was [2, 1]",
        () -> optimizer.step(gradient(Nd4j.ones(DataType.DOUBLE, 2, 1))));
    assertRefused(
        "the optimizer: gradient of weight must be DOUBLE but was FLOAT",
        () -> optimizer.step(gradient(Nd4j.ones(DataType.FLOAT, 1, 2))));
    assertRefused(
        "parameter weight and gradient of weight of the optimizer must not share memory",
        () -> optimizer.step(gradient(parameters.get("weight"))));
    assertUnchanged(parameters, optimizer);
  }

  private static Gradients gradient(INDArray array) {
    return Gradients.in(NamedArrays.builder().add("weight", array).build());
  }

  private static void assertUnchanged(NamedArrays parameters, Optimizer optimizer) {
    double[] before = {1, 2};
    Near.assertSameBits("weight", before, Near.values(parameters.get("weight")));
    assertEquals(0, optimizer.steps());
  }

  @Test
  void toString_ofAnOptimizer_tellsKindParametersAndSteps() {
    NamedArrays parameters = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    optimizer.step(ones(parameters), Map.of("experts", new int[] {1, 1}));
    assertEquals("adamw of 3 arrays after 1 steps", optimizer.toString());
  }

  @Test
  void perExpert_wrongUse_messageNamesIt() {
    NamedArrays parameters = ofTwoExperts();
    Optimizer optimizer = perExpert(parameters);
    assertRefused(
        "rows must be of the parts that are updated expert by expert, [experts], but were of []",
        () -> optimizer.step(ones(parameters)));
    assertRefused(
        "rows of experts must be of E = 2 experts but were of 3",
        () -> optimizer.step(ones(parameters), Map.of("experts", new int[3])));
    NamedArrays vector = NamedArrays.builder()
        .add("experts.bias", Nd4j.zeros(DataType.DOUBLE, 3))
        .build();
    assertRefused(
        "experts.bias must have the 3 experts of experts as the first of several axes but was [3]",
        () -> Optimizer.builder(vector).perExpert("experts"));
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
