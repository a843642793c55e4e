package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.TrainingLoop.Point;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Two numbers, both 10 at first, from which plain SGD of rate 1 subtracts the gradients. */
class TrainingStepsTest {
  @TempDir
  Path folder;

  private final NamedArrays parameters = tens();

  private static NamedArrays tens() {
    INDArray tens = RandomArrays.of(DataType.DOUBLE, new double[] {10, 10}, 1, 2);
    return NamedArrays.builder().add("weight", tens).build();
  }

  private static TrainingLoop.Builder builder(NamedArrays parameters) {
    return TrainingLoop.builder(parameters, Optimizer.of(parameters, Sgd.plain(), 1));
  }

  private static void add(Gradients gradients, double first, double second) {
    gradients
        .get("weight")
        .addi(RandomArrays.of(DataType.DOUBLE, new double[] {first, second}, 1, 2));
  }

  private void assertWeight(double first, double second) {
    double[] expected = {first, second};
    Near.assertNear("weight", expected, Near.values(parameters.get("weight")), 1e-15);
  }

  @Test
  void run_untilANumberOfSteps_doesThoseThatAreLeft() throws IOException {
    TrainingLoop loop = builder(parameters).build();
    List<Long> begun = new ArrayList<>();
    TrainingLoop.MicroBatch batch = (step, gradients) -> {
      begun.add(step);
      add(gradients, 1, 2);
      return 0;
    };
    assertEquals(List.of(), loop.run(3, batch));
    assertEquals(List.of(0L, 1L, 2L), begun);
    loop.run(3, batch);
    loop.run(2, batch);
    assertEquals(3, begun.size());
    loop.run(4, batch);
    assertEquals(List.of(0L, 1L, 2L, 3L), begun);
    assertEquals(4, loop.steps());
    assertWeight(6, 2);
  }

  @Test
  void run_severalMicroBatches_averagesGradientsAndLosses() throws IOException {
    TrainingLoop loop =
        builder(parameters).microBatches(4).validate(1, () -> 0.5).build();
    int[] done = {0};
    List<Point> curve = loop.run(1, (step, gradients) -> {
      done[0]++;
      add(gradients, done[0], -done[0]);
      return 2 * done[0];
    });
    assertEquals(4, done[0]);
    // (1 + 2 + 3 + 4)/4
    assertWeight(7.5, 12.5);
    assertEquals(List.of(new Point(1, 5, 0.5)), curve);
  }

  @Test
  void run_clipped_clipsTheMeanOfMicroBatches() throws IOException {
    TrainingLoop loop = builder(parameters).microBatches(2).clipByGlobalNorm(5).build();
    loop.run(1, (step, gradients) -> {
      add(gradients, 6, 8);
      return 0;
    });
    // mean (6, 8) of norm 10
    assertWeight(7, 6);
    loop.run(2, (step, gradients) -> {
      add(gradients, 3, -4);
      return 0;
    });
    assertWeight(4, 10);
  }

  @Test
  void run_ofInfiniteGradients_isAnErrorOnlyWhereTheyAreClipped() throws IOException {
    TrainingLoop.MicroBatch infinite = (step, gradients) -> {
      add(gradients, Double.POSITIVE_INFINITY, 1);
      return 0;
    };
    TrainingLoop clipped = builder(parameters).clipByGlobalNorm(1).build();
    String message =
        assertThrows(ArithmeticException.class, () -> clipped.run(1, infinite)).getMessage();
    assertEquals("gradient norm must be finite but was Infinity", message);
    assertWeight(10, 10);
    assertEquals(0, clipped.steps());
    TrainingLoop unclipped = builder(parameters).build();
    unclipped.run(1, infinite);
    assertEquals(1, unclipped.steps());
    assertEquals(Double.NEGATIVE_INFINITY, parameters.get("weight").getDouble(0));
    assertEquals(9, parameters.get("weight").getDouble(1));
  }

  @Test
  void run_afterAStepThatFailed_startsWithoutItsGradients() throws IOException {
    TrainingLoop loop = builder(parameters).microBatches(2).validate(1, () -> 0).build();
    int[] calls = {0};
    TrainingLoop.MicroBatch batch = (step, gradients) -> {
      add(gradients, 4, 2);
      return ++calls[0] == 2 ? Double.POSITIVE_INFINITY : 3;
    };
    String message =
        assertThrows(ArithmeticException.class, () -> loop.run(1, batch)).getMessage();
    assertEquals("the loss of step 0 must be finite but was Infinity", message);
    assertWeight(10, 10);
    assertEquals(List.of(new Point(1, 3, 0)), loop.run(1, batch));
    assertWeight(6, 8);
  }

  @Test
  void run_withActions_callsThemInOrderAfterEachUpdate() throws IOException {
    List<String> called = new ArrayList<>();
    INDArray weight = parameters.get("weight");
    TrainingLoop loop = builder(parameters)
        .afterStep(() -> called.add("first at " + weight.getDouble(0)))
        .afterStep(() -> called.add("second"))
        .build();
    loop.run(2, (step, gradients) -> {
      add(gradients, 1, 0);
      return 0;
    });
    assertEquals(List.of("first at 9.0", "second", "first at 8.0", "second"), called);
  }

  @Test
  void run_withValidation_measuresAfterIntervalsAndTheLastStep() throws IOException {
    INDArray weight = parameters.get("weight");
    TrainingLoop loop =
        builder(parameters).validate(3, () -> weight.getDouble(0)).build();
    TrainingLoop.MicroBatch batch = (step, gradients) -> {
      add(gradients, 1, 0);
      return 1 + step;
    };
    List<Point> curve = loop.run(7, batch);
    // losses 1 to 3, 4 to 6, and 7
    assertEquals(List.of(new Point(3, 2, 7), new Point(6, 5, 4), new Point(7, 7, 3)), curve);
    assertEquals(curve, loop.curve());
    assertEquals(4, loop.run(9, batch).size());
    assertEquals(new Point(9, 8.5, 1), loop.curve().get(3));
  }

  @Test
  void run_withAFile_savesAfterIntervalsAndTheLastStep() throws IOException {
    Path file = folder.resolve("file");
    TrainingLoop loop = builder(parameters).checkpoint(file, 2).build();
    List<Long> saved = new ArrayList<>();
    loop.run(5, (step, gradients) -> {
      saved.add(stepsOf(file));
      return 0;
    });
    assertEquals(List.of(-1L, -1L, 2L, 2L, 4L), saved);
    assertEquals(5, stepsOf(file));
  }

  /** Steps of a checkpoint, -1 if there is none. */
  private static long stepsOf(Path file) {
    try {
      return Files.exists(file) ? Checkpoint.load(file).number("training.optimizer.steps") : -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void resume_ofASavedRun_restoresAllOfIt() throws IOException {
    Path file = folder.resolve("file");
    RestorableRandom data = RestorableRandom.ofSeed(1);
    TrainingLoop loop = withFile(parameters, data, file);
    assertFalse(loop.resume());
    loop.run(3, noise(data));

    NamedArrays other = tens();
    RestorableRandom otherData = RestorableRandom.ofSeed(2);
    TrainingLoop resumed = withFile(other, otherData, file);
    assertTrue(resumed.resume());
    assertEquals(3, resumed.steps());
    assertEquals(2, resumed.curve().size());
    assertEquals(loop.curve(), resumed.curve());
    Near.assertSameBits("weight", parameters.get("weight"), other.get("weight"));
    assertEquals(loop.run(5, noise(data)), resumed.run(5, noise(otherData)));
    Near.assertSameBits("weight", parameters.get("weight"), other.get("weight"));
  }

  private static TrainingLoop withFile(NamedArrays parameters, RestorableRandom data, Path file) {
    return builder(parameters)
        .state("data", data)
        .validate(2, () -> parameters.get("weight").sumNumber().doubleValue())
        .checkpoint(file, 10)
        .build();
  }

  private static TrainingLoop.MicroBatch noise(RestorableRandom data) {
    return (step, gradients) -> {
      add(gradients, data.nextGaussian(), data.nextGaussian());
      return data.nextDouble();
    };
  }

  @Test
  void builder_ofNumbersOutOfRange_messageNamesThem() {
    TrainingLoop.Builder builder = builder(parameters);
    assertRefused("microBatches must be at least 1 but was 0", () -> builder.microBatches(0));
    assertRefused("the norm must be above 0 but was 0.0", () -> builder.clipByGlobalNorm(0));
    assertRefused("the norm must be above 0 but was -1.0", () -> builder.clipByGlobalNorm(-1));
    assertRefused(
        "the norm must be above 0 but was NaN", () -> builder.clipByGlobalNorm(Double.NaN));
    assertRefused("interval must be above 0 but was 0", () -> builder.validate(0, () -> 0));
    assertRefused("interval must be above 0 but was -3", () -> builder.validate(-3, () -> 0));
    Path file = folder.resolve("file");
    assertRefused("interval must be above 0 but was 0", () -> builder.checkpoint(file, 0));
    assertRefused("interval must be above 0 but was -1", () -> builder.checkpoint(file, -1));
  }

  @Test
  void builder_ofAStateGivenTwice_isRefusedAndKeepsTheFirst() {
    TrainingCurve first = new TrainingCurve();
    first.add(7);
    TrainingLoop.Builder builder = builder(parameters).state("data", first);
    assertRefused(
        "state data must be given once", () -> builder.state("data", new TrainingCurve()));
    Checkpoint.Builder saved = Checkpoint.builder();
    builder.build().addTo(saved, "all");
    assertEquals(7, saved.build().doubles("all.state.data.losses")[0]);
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
