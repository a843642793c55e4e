package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.Near;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A small layer with noise of each rank in its tokens, trained by AdamW; the same batches for any number of ranks. */
final class RankTraining {
  static final int EXPERTS = 5;
  private static final int TOKENS = 13;
  private static final int WIDTH = 4;

  private final Group group;
  private final Placement placement;
  private final MoeLayer layer;
  private final Optimizer optimizer;
  private final RestorableRandom noise;
  private final RankCheckpoints checkpoints;

  RankTraining(Group group, Placement placement, long seed, Path folder) {
    this.group = group;
    this.placement = placement;
    int[] here = placement.expertsOn(group.rank());
    GluExperts all = GluExperts.create(ExpertOptions.of(EXPERTS, WIDTH, 3), seed);
    Experts experts = here.length == 0
        ? ExpertParallel.withoutExperts(group, placement, WIDTH, DataType.FLOAT)
        : ExpertParallel.of(group, placement, ExpertSelection.of(all, here));
    this.layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(EXPERTS, WIDTH, DataType.FLOAT, seed + 1), TopK.of(2)),
        experts);
    this.optimizer = Optimizer.of(layer.parameters(), AdamW.of(0.1), 1e-2);
    this.noise = RestorableRandom.ofSeed(seed + 100L * group.rank());
    this.checkpoints = RankCheckpoints.builder(group, folder)
        .experts("experts", placement)
        .ofRank("noise")
        .model("a small layer")
        .build();
  }

  /** The results by rank of what each does, an error of one as its own. */
  static <T> List<T> ranks(int number, Body<T> body) {
    return Group.threads(number, Duration.ofSeconds(60), group -> {
      try {
        return body.run(group);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  /** What a rank does. */
  interface Body<T> {
    T run(Group group) throws IOException;
  }

  int steps() {
    return optimizer.steps();
  }

  void train(int steps) {
    DataParallel parallel = DataParallel.of(group, "experts");
    for (int i = 0; i < steps; i++) {
      Gradients gradients = layer.parameters().zeroGradients();
      INDArray x = tokens(optimizer.steps());
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        INDArray dy = pass.y().isEmpty() ? pass.y() : pass.y().add(x);
        pass.backward(dy, Allocate.zeros(DataType.FLOAT, x.shape()), gradients);
      }
      parallel.reduce(gradients);
      optimizer.step(gradients);
    }
  }

  private INDArray tokens(int step) {
    int from = TOKENS * group.rank() / group.size();
    int to = TOKENS * (group.rank() + 1) / group.size();
    INDArray all =
        Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(step), TOKENS, WIDTH);
    INDArray own = Allocate.copy(Gemm.rows(all, from, to));
    return own.addi(
        Initializer.normal(0.1).create(DataType.FLOAT, noise, own.shape().clone()));
  }

  Checkpoint.Builder state() {
    Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
    optimizer.addTo(all, "optimizer");
    noise.addTo(all, "noise");
    return all;
  }

  void save() throws IOException {
    checkpoints.save(optimizer.steps(), state());
  }

  SavedRanks load() throws IOException {
    SavedRanks saved = checkpoints.load();
    saved.checkpoint().into("layer", layer.parameters());
    optimizer.restore(saved.checkpoint(), "optimizer");
    saved.restoreRandom(noise, "noise");
    return saved;
  }

  RankCheckpoints checkpoints() {
    return checkpoints;
  }

  NamedArrays parameters() {
    return layer.parameters();
  }

  RestorableRandom noise() {
    return noise;
  }

  /** Everything by name, experts by global number, on this rank. */
  TreeMap<String, double[]> all() {
    TreeMap<String, double[]> all = new TreeMap<>();
    add(all, "layer", layer.parameters());
    add(all, "state", optimizer.state());
    all.put("steps", new double[] {optimizer.steps()});
    return all;
  }

  private void add(TreeMap<String, double[]> all, String prefix, NamedArrays arrays) {
    int[] here = placement.expertsOn(group.rank());
    arrays.forEach((name, array) -> {
      if (name.startsWith("experts.")) {
        for (int i = 0; i < here.length; i++) {
          all.put(prefix + " " + here[i] + " " + name, Near.values(array.slice(i)));
        }
      } else {
        all.put(prefix + " " + name, Near.values(array));
      }
    });
  }

  /** Overwrites parameters and moments by those of {@link #all} of several ranks, without a checkpoint. */
  void assign(TreeMap<String, double[]> all) {
    assign(all, "layer", layer.parameters());
    assign(all, "state", optimizer.state());
    layer.parameters().markChanged();
  }

  private void assign(TreeMap<String, double[]> all, String prefix, NamedArrays arrays) {
    int[] here = placement.expertsOn(group.rank());
    arrays.forEach((name, array) -> {
      if (name.startsWith("experts.")) {
        for (int i = 0; i < here.length; i++) {
          put(
              all.get(prefix + " " + here[i] + " " + name),
              array,
              i * array.length() / here.length);
        }
      } else {
        put(all.get(prefix + " " + name), array, 0);
      }
    });
  }

  private static void put(double[] values, INDArray array, long from) {
    for (int i = 0; i < values.length; i++) {
      array.data().put(from + i, values[i]);
    }
  }
}
