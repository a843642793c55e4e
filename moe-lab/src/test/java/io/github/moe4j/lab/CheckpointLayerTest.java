package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Resuming a whole training: noisy router, selection bias and its controller, dropout, updater. */
@ExtendWith(Seeds.class)
class CheckpointLayerTest {
  private static final int EXPERTS = 4;
  private static final int WIDTH = 8;

  @TempDir
  Path folder;

  private static final class Training {
    private final ExpertBias bias = ExpertBias.zeros(EXPERTS);
    private final BiasController controller = new BiasController(bias, SignRule.of(0.05));
    private final MoeLayer layer;
    private final Optimizer optimizer;
    private final RestorableRandom random;

    Training(boolean noisy, int experts, long seed) {
      LinearGate gate = LinearGate.create(experts, WIDTH, DataType.FLOAT, seed);
      Router router = noisy
          ? NoisyTopK.of(gate, LearnedNoise.create(experts, WIDTH, DataType.FLOAT), TopK.of(2))
          : GatedRouter.of(gate, DeepSeekV3.of(2, bias));
      layer = MoeLayer.of(
          router, GluExperts.create(ExpertOptions.of(experts, WIDTH, 12), seed).withDropout(0.2));
      optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));
      random = RestorableRandom.ofSeed(seed);
    }

    void steps(int count) {
      Gradients gradients = layer.parameters().zeroGradients();
      for (int i = 0; i < count; i++) {
        INDArray x =
            RandomArrays.normal(DataType.FLOAT, new SplittableRandom(optimizer.steps()), 32, WIDTH);
        try (MoePass pass = layer.forward(TokenBatch.training(x, random))) {
          pass.addBalance(SwitchLoss.of(0.01).evaluate(pass.decision()).gradient());
          pass.backward(pass.y().sub(x), Nd4j.zeros(DataType.FLOAT, 32, WIDTH), gradients);
          controller.observe(pass.decision());
        }
        optimizer.step(gradients);
        controller.step();
      }
    }

    void save(Path file) throws IOException {
      Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
      controller.addTo(all, "balance");
      optimizer.addTo(all, "optimizer");
      random.addTo(all, "random");
      all.save(file);
    }

    void load(Path file) throws IOException {
      Checkpoint saved = Checkpoint.load(file);
      saved.into("layer", layer.parameters());
      controller.restore(saved, "balance");
      optimizer.restore(saved, "optimizer");
      random.restore(saved, "random");
    }
  }

  @Test
  void steps_afterSaveAndLoad_sameBitsAsUnbroken() throws IOException {
    for (boolean noisy : new boolean[] {true, false}) {
      Training uninterrupted = new Training(noisy, EXPERTS, 1);
      uninterrupted.steps(6);
      Training first = new Training(noisy, EXPERTS, 1);
      first.steps(3);
      Path file = folder.resolve("model");
      first.save(file);
      Training second = new Training(noisy, EXPERTS, 2);
      second.load(file);
      second.steps(3);
      uninterrupted
          .layer
          .parameters()
          .forEach((name, array) ->
              Near.assertSameBits(name, array, second.layer.parameters().get(name)));
      uninterrupted
          .optimizer
          .state()
          .forEach((name, array) ->
              Near.assertSameBits(name, array, second.optimizer.state().get(name)));
      assertArrayEquals(uninterrupted.random.state(), second.random.state());
      Near.assertSameBits("bias", uninterrupted.bias.values(), second.bias.values());
      assertArrayEquals(uninterrupted.controller.counts(), second.controller.counts());
    }
  }

  @Test
  void load_layerOfMoreExperts_namesFirstMismatch() throws IOException {
    Path file = folder.resolve("model");
    new Training(true, EXPERTS, 1).save(file);
    Training larger = new Training(true, EXPERTS + 4, 1);
    var error = assertThrows(IllegalArgumentException.class, () -> larger.load(file));
    assertEquals("layer.router.weight must be [8, 8] but was [4, 8]", error.getMessage());
    Training other = new Training(false, EXPERTS, 1);
    error = assertThrows(IllegalArgumentException.class, () -> other.load(file));
    assertEquals(
        "layer.router.noise.weight is in the checkpoint but not among the parameters",
        error.getMessage());
  }
}
