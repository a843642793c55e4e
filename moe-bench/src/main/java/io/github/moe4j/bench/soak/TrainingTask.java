package io.github.moe4j.bench.soak;

import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.bench.distributed.Fingerprints;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains a new layer with noise, a loss and a limited capacity on batches of changing sizes; halfway it is saved and goes on
 * in another layer, loaded from the file. Nothing is closed but passes, so that arrays are left to the garbage collector.
 *
 * @param folder of the checkpoints
 */
record TrainingTask(Path folder) implements SoakTask {
  private static final int EXPERTS = 8;
  private static final int WIDTH = 32;
  private static final int STEPS = 12;
  private static final int MOST_TOKENS = 300;

  /** A layer with all state of its training. */
  private static final class Run {
    private final MoeLayer layer = MoeLayer.builder(
            GatedRouter.of(
                InputJitter.of(LinearGate.create(EXPERTS, WIDTH, DataType.FLOAT, 1), 0.1),
                TopK.of(2)),
            GluExperts.create(ExpertOptions.of(EXPERTS, WIDTH, 64), 2))
        .capacity(LimitedCapacity.ofFactor(1.25))
        .build();
    private final Optimizer optimizer = Optimizer.of(layer.parameters(), AdamW.of(0.01), 1e-3);
    private final RestorableRandom noise = RestorableRandom.ofSeed(3);

    void train(int from, int to) {
      for (int step = from; step < to; step++) {
        SplittableRandom drawn = new SplittableRandom(step);
        int tokens = drawn.nextInt(1, MOST_TOKENS);
        INDArray x = Initializer.normal(1).create(DataType.FLOAT, drawn, tokens, WIDTH);
        try (MoePass pass = layer.forward(TokenBatch.training(x, noise))) {
          pass.addBalance(SwitchLoss.of(0.01).evaluate(pass.decision()).gradient());
          optimizer.step(pass.backward(pass.y().add(x).divi(tokens)).parameters());
        }
      }
    }

    void save(Path file) throws IOException {
      Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
      optimizer.addTo(all, "optimizer");
      noise.addTo(all, "noise");
      all.save(file);
    }

    void load(Path file) throws IOException {
      Checkpoint all = Checkpoint.load(file);
      all.into("layer", layer.parameters());
      optimizer.restore(all, "optimizer");
      noise.restore(all, "noise");
    }
  }

  @Override
  public String name() {
    return "training with a checkpoint";
  }

  @Override
  public long run() throws IOException {
    Path file = Files.createTempFile(folder, "training", ".moe");
    Run first = new Run();
    first.train(0, STEPS / 2);
    first.save(file);
    Run second = new Run();
    second.load(file);
    Files.delete(file);
    second.train(STEPS / 2, STEPS);
    Fingerprints found = new Fingerprints();
    second.layer.parameters().forEach(found::add);
    return found.sum();
  }
}
