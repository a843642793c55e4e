package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TrainingLoopTest {
  @TempDir
  Path folder;

  /** Token t goes to experts t and t + 1 of 4. */
  private static FixedRouter router() {
    int[][] choice = new int[12][];
    Arrays.setAll(choice, t -> new int[] {t % 4, (t + 1) % 4});
    return FixedRouter.of(Nd4j.zeros(DataType.FLOAT, 4, 6).addi(0.5), choice);
  }

  /** A layer that learns to negate random tokens. */
  private static final class Model {
    final MoeLayer layer = MoeLayer.of(router(), GluExperts.create(ExpertOptions.of(4, 6, 8), 3));
    final RestorableRandom data = RestorableRandom.ofSeed(4);
    final TrainingLoop loop;
    int steps;

    Model(Path file, int microBatches) {
      Optimizer optimizer = Optimizer.of(
          layer.parameters(), AdamW.of(0.01), LearningRate.cosine(0.02, 0, 60).withWarmup(5));
      loop = TrainingLoop.builder(layer.parameters(), optimizer)
          .microBatches(microBatches)
          .clipByGlobalNorm(1)
          .afterStep(() -> steps++)
          .state("data", data)
          .validate(
              10, () -> loss(RestorableRandom.ofSeed(9), layer.parameters().zeroGradients()))
          .checkpoint(file, 15)
          .build();
    }

    double loss(RestorableRandom random, Gradients into) {
      INDArray x = RandomArrays.normal(DataType.FLOAT, random, 12, 6);
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        LossGradient loss = MeanSquaredError.of(pass.y(), x.neg());
        pass.backward(loss.gradient(), Nd4j.zeros(DataType.FLOAT, 12, 6), into);
        return loss.value();
      }
    }

    void train(long until) throws IOException {
      loop.run(until, (step, gradients) -> loss(data, gradients));
    }
  }

  @Test
  @Tag("slow")
  void run_resumedFromACheckpoint_hasTheBitsOfAnUninterruptedRun() throws IOException {
    Model whole = new Model(folder.resolve("whole"), 2);
    whole.train(60);
    List<TrainingLoop.Point> curve = whole.loop.curve();
    assertEquals(60, whole.loop.steps());
    assertEquals(60, whole.steps);
    assertEquals(6, curve.size());
    assertTrue(curve.get(5).validation() < 0.7 * curve.get(0).validation(), curve.toString());

    Path file = folder.resolve("part");
    Model part = new Model(file, 2);
    assertFalse(part.loop.resume());
    part.train(37); // the last checkpoint is of step 37, between two points
    Model resumed = new Model(file, 2);
    assertTrue(resumed.loop.resume());
    assertEquals(37, resumed.loop.steps());
    resumed.train(60);
    assertEquals(23, resumed.steps);
    whole
        .layer
        .parameters()
        .forEach((name, array) -> assertArrayEquals(
            Near.values(array), Near.values(resumed.layer.parameters().get(name)), name));
    // the interrupted run measured at 37 too, which nothing else depends on
    assertEquals(curve.get(5).validation(), resumed.loop.curve().get(6).validation());
  }

  @Test
  void run_ofLossThatIsNaN_stopsBeforeAnythingChanges() {
    Model model = new Model(folder.resolve("file"), 1);
    double[] before = Near.values(model.layer.parameters().get("experts.gate.weight"));
    String message = assertThrows(
            ArithmeticException.class, () -> model.loop.run(5, (step, gradients) -> Double.NaN))
        .getMessage();
    assertEquals("the loss of step 0 must be finite but was NaN", message);
    assertArrayEquals(before, Near.values(model.layer.parameters().get("experts.gate.weight")));
    assertEquals(0, model.loop.steps());
  }

  @Test
  void resume_ofAnotherModel_isAnErrorThatChangesNothing() throws IOException {
    Path file = folder.resolve("file");
    Model model = new Model(file, 1);
    model.train(2);
    MoeLayer other = MoeLayer.of(router(), GluExperts.create(ExpertOptions.of(4, 6, 9), 3));
    Optimizer optimizer = Optimizer.of(other.parameters(), Sgd.plain(), 0.1);
    TrainingLoop loop =
        TrainingLoop.builder(other.parameters(), optimizer).checkpoint(file, 1).build();
    double[] before = Near.values(other.parameters().get("experts.gate.weight"));
    assertThrows(IllegalArgumentException.class, loop::resume);
    assertArrayEquals(before, Near.values(other.parameters().get("experts.gate.weight")));
    assertThrows(
        IllegalStateException.class,
        () -> TrainingLoop.builder(other.parameters(), optimizer).build().resume());
  }

  @Test
  void backward_afterParametersChanged_isAnErrorThatNamesTheLayer() {
    Model model = new Model(folder.resolve("file"), 1);
    INDArray x = Nd4j.ones(DataType.FLOAT, 12, 6);
    Optimizer experts = Optimizer.of(model.layer.parameters().part("experts"), Sgd.plain(), 0.1);
    try (MoePass pass = model.layer.forward(TokenBatch.training(x))) {
      experts.step(model.layer.parameters().part("experts").zeroGradients());
      String message =
          assertThrows(IllegalStateException.class, () -> pass.backward(x)).getMessage();
      assertTrue(message.contains("layer moe") && message.contains("changed"), message);
    }
    try (MoePass pass = model.layer.forward(TokenBatch.training(x))) {
      assertEquals(
          "router.weight", pass.backward(x).parameters().names().iterator().next());
    }
  }
}
