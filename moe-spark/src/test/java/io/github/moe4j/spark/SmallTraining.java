package io.github.moe4j.spark;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import io.github.moe4j.parallel.checkpoint.SavedRanks;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Ranks that train a small layer, each with a part of the batch and of the experts, and save it after every step. The result
 * of a rank are hashes: of y and dx of its tokens in the last step, and of its experts after it.
 *
 * @param steps of the optimizer
 * @param folder of the checkpoints; null for none
 * @param killedAt the step before which the JVM of rank 1 is killed in the first attempt; negative for none
 */
record SmallTraining(int steps, @Nullable String folder, int killedAt)
    implements RankBody<int[][]> {
  static final int E = 6;
  static final int T = 48;
  private static final int D = 16;

  static SmallTraining of(int steps) {
    return new SmallTraining(steps, null, -1);
  }

  @Override
  public int[][] run(SparkRank rank) throws Exception {
    return run(rank.group(), rank.attempt());
  }

  int[][] run(Group group, int attempt) throws IOException {
    Placement placement = Placement.even(E, group.size());
    int[] here = placement.expertsOn(group.rank());
    Experts own = ExpertSelection.of(GluExperts.create(ExpertOptions.of(E, D, 24), 5), here);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(E, D, DataType.FLOAT, 3), TopK.of(2)),
        ExpertParallel.of(group, placement, own));
    Optimizer optimizer = Optimizer.of(layer.parameters(), AdamW.of(0.1), 1e-2);
    RankCheckpoints checkpoints = folder == null
        ? null
        : RankCheckpoints.builder(group, Path.of(folder))
            .experts("experts", placement)
            .build();
    int[] tokens = {};
    for (int step = resume(checkpoints, layer, optimizer); step < steps; step++) {
      if (attempt == 0 && step == killedAt && group.rank() == 1) {
        killThisJvm();
      }
      tokens = step(group, layer, optimizer, step);
      save(checkpoints, layer, optimizer);
    }
    return new int[][] {
      tokens,
      IntStream.range(0, here.length)
          .map(i -> layer.parameters().names().stream()
              .filter(name -> name.startsWith("experts"))
              .map(name -> layer.parameters().get(name))
              .mapToInt(array -> hash(expert(array, here.length, i)))
              .reduce(1, (a, b) -> 31 * a + b))
          .toArray()
    };
  }

  private static int[] step(Group group, MoeLayer layer, Optimizer optimizer, int step) {
    INDArray x = part(group, 100 + step);
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(DataType.FLOAT, x.shape().clone());
    try (MoePass pass = layer.forward(TokenBatch.training(x))) {
      pass.backward(part(group, 200 + step), dx, gradients);
      DataParallel.of(group, "experts").reduce(gradients);
      optimizer.step(gradients);
      return IntStream.range(0, (int) x.size(0))
          .map(t -> 31 * hash(Gemm.rows(pass.y(), t, t + 1)) + hash(Gemm.rows(dx, t, t + 1)))
          .toArray();
    }
  }

  private static INDArray part(Group group, int seed) {
    INDArray all = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(seed), T, D);
    int from = T * group.rank() / group.size();
    int to = T * (group.rank() + 1) / group.size();
    return Allocate.copy(Gemm.rows(all, from, to));
  }

  private static INDArray expert(INDArray array, int experts, int i) {
    return Gemm.rows(array.reshape('c', experts, array.length() / experts), i, i + 1);
  }

  private static int hash(INDArray array) {
    return Arrays.hashCode(Near.values(array));
  }

  private void save(@Nullable RankCheckpoints checkpoints, MoeLayer layer, Optimizer optimizer)
      throws IOException {
    if (checkpoints != null) {
      Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
      optimizer.addTo(all, "optimizer");
      checkpoints.save(optimizer.steps(), all);
    }
  }

  /** Loads the last step that was saved, and returns the number of steps done. */
  private int resume(@Nullable RankCheckpoints checkpoints, MoeLayer layer, Optimizer optimizer)
      throws IOException {
    if (checkpoints == null || !RankCheckpoints.isIn(Path.of(folder))) {
      return 0;
    }
    SavedRanks saved = checkpoints.load();
    saved.checkpoint().into("layer", layer.parameters());
    optimizer.restore(saved.checkpoint(), "optimizer");
    return (int) saved.step();
  }

  private static void killThisJvm() throws IOException {
    List<String> command =
        List.of("kill", "-KILL", String.valueOf(ProcessHandle.current().pid()));
    Process kill = new ProcessBuilder(command).start();
    while (true) {
      kill.onExit().join(); // and does not live to see it
    }
  }

  /** Hashes of all ranks as one: of all tokens, and of all experts. */
  static List<List<Integer>> joined(List<int[][]> results) {
    return IntStream.range(0, 2)
        .mapToObj(part -> results.stream()
            .flatMap(result -> Arrays.stream(result[part]).boxed())
            .toList())
        .toList();
  }
}
