package io.github.moe4j.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The law of resuming: 6 steps have the bits of 3 steps, save, load into fresh objects, 3 steps. */
@ExtendWith(Seeds.class)
class CheckpointTrainingTest {
  private static final Map<String, Supplier<IUpdater>> UPDATERS = Map.of(
      "Sgd", () -> new Sgd(0.05),
      "Nesterovs", () -> new Nesterovs(0.05, 0.9),
      "RmsProp", () -> new RmsProp(0.01),
      "Adam", () -> new Adam(0.01),
      "Adam with a schedule",
          () -> new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.02, 0.8)),
      "AMSGrad", () -> new AMSGrad(0.01),
      "AdaMax", () -> new AdaMax(0.01),
      "Nadam", () -> new Nadam(0.01),
      "AdaGrad", () -> new AdaGrad(0.05),
      "AdaDelta", AdaDelta::new);

  @TempDir
  Path folder;

  /** A layer whose experts drop hidden values, its optimizer and its generator. */
  private static final class Training {
    private final MoeLayer layer;
    private final Optimizer optimizer;
    private final RestorableRandom random;

    Training(DataType type, IUpdater updater, long seed) {
      layer = MoeLayer.of(
          FixedRouter.of(
              RandomArrays.normal(type, Seeds.random(seed), 3, 4), new int[] {0, 1}, new int[] {2, 0
              }),
          GluExperts.create(ExpertOptions.of(3, 4, 5).withDataType(type), seed).withDropout(0.3));
      optimizer = Optimizer.of(layer.parameters(), updater);
      random = RestorableRandom.ofSeed(seed);
    }

    void steps(int count) {
      DataType type = layer.parameters().dataType();
      Gradients gradients = layer.parameters().zeroGradients();
      for (int i = 0; i < count; i++) {
        INDArray x = RandomArrays.normal(type, new SplittableRandom(optimizer.steps()), 8, 4);
        try (MoePass pass = layer.forward(TokenBatch.training(x, random))) {
          pass.backward(pass.y().sub(x), Nd4j.zeros(type, 8, 4), gradients);
        }
        optimizer.step(gradients);
      }
    }

    void save(Path file) throws IOException {
      Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
      optimizer.addTo(all, "optimizer");
      random.addTo(all, "random");
      all.save(file);
    }

    void load(Path file) throws IOException {
      Checkpoint saved = Checkpoint.load(file);
      saved.into("layer", layer.parameters());
      optimizer.restore(saved, "optimizer");
      random.restore(saved, "random");
    }
  }

  @Test
  void steps_afterSaveAndLoad_sameBitsAsUnbroken() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      UPDATERS.forEach((name, updater) -> {
        try {
          Training uninterrupted = new Training(type, updater.get(), 1);
          uninterrupted.steps(6);
          Training first = new Training(type, updater.get(), 1);
          first.steps(3);
          Path file = folder.resolve("model");
          first.save(file);
          Training second = new Training(type, updater.get(), 2);
          second.steps(1); // whatever it was before
          second.load(file);
          second.steps(3);
          assertSame(name, uninterrupted.layer.parameters(), second.layer.parameters());
          assertSame(name, uninterrupted.optimizer.state(), second.optimizer.state());
          assertEquals(6, second.optimizer.steps());
          assertArrayEquals(uninterrupted.random.state(), second.random.state());
          first.steps(3);
          assertSame(name, uninterrupted.layer.parameters(), first.layer.parameters());
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
    }
  }

  @Test
  void steps_withoutStateOrGenerator_otherBits() throws IOException {
    Training uninterrupted = new Training(DataType.DOUBLE, new Adam(0.01), 1);
    uninterrupted.steps(3);
    Path file = folder.resolve("model");
    uninterrupted.save(file);
    uninterrupted.steps(3);
    for (boolean state : new boolean[] {true, false}) {
      Training other = new Training(DataType.DOUBLE, new Adam(0.01), 2);
      Checkpoint saved = Checkpoint.load(file);
      saved.into("layer", other.layer.parameters());
      if (state) {
        other.optimizer.restore(saved, "optimizer");
      } else {
        other.random.restore(saved, "random");
      }
      other.steps(3);
      uninterrupted
          .layer
          .parameters()
          .forEach((name, array) -> assertFalse(
              Arrays.equals(
                  Near.values(array), Near.values(other.layer.parameters().get(name))),
              name));
    }
  }

  private static void assertSame(String what, NamedArrays expected, NamedArrays actual) {
    assertEquals(expected.names(), actual.names());
    expected.forEach(
        (name, array) -> Near.assertSameBits(what + ": " + name, array, actual.get(name)));
  }

  @Test
  void restore_anotherUpdater_isRefusedByName() {
    Training adam = new Training(DataType.FLOAT, new Adam(0.01), 1);
    adam.steps(2);
    Checkpoint.Builder all = Checkpoint.builder();
    adam.optimizer.addTo(all, "optimizer");
    Checkpoint saved = all.build();
    // Nadam's state has the same size as Adam's, and none of its meaning.
    for (IUpdater other : new IUpdater[] {new Nadam(0.01), new Sgd(0.1), new RmsProp(0.1)}) {
      Training target = new Training(DataType.FLOAT, other, 1);
      assertMessage(
          "optimizer.updater must be %s but was Adam".formatted(other.getClass().getSimpleName()),
          target.optimizer,
          saved);
    }
    assertMessage(
        "optimizer.state.router.weight must be DOUBLE but was FLOAT",
        new Training(DataType.DOUBLE, new Adam(0.01), 1).optimizer,
        saved);
    NamedArrays small = NamedArrays.builder()
        .add("router.weight", Nd4j.zeros(DataType.FLOAT, 2, 4))
        .build();
    assertMessage(
        "optimizer.state.router.weight must be [1, 16] but was [1, 24]",
        Optimizer.of(small, new Adam(1)),
        saved);
  }

  private static void assertMessage(String expected, Optimizer target, Checkpoint saved) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> target.restore(saved, "optimizer"));
    assertEquals(expected, error.getMessage());
    assertEquals(0, target.steps());
  }

  @Test
  void restore_wrongSteps_isRefused() {
    Optimizer target = new Training(DataType.FLOAT, new Sgd(1), 1).optimizer;
    for (long steps : new long[] {-1, 1L << 31}) {
      assertMessage(
          "optimizer.steps must be in [0, 2^31) but was " + steps,
          target,
          Checkpoint.builder()
              .text("optimizer.updater", "Sgd")
              .longs("optimizer.steps", steps)
              .build());
    }
  }
}
