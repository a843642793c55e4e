package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Threads;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer whose experts are spread over the ranks, each with one thread, and the same in one process; one after another in
 * each round.
 *
 * @param group of the ranks
 * @param rounds number of rounds
 */
record RankedLayer(Group group, int rounds) {
  private static final int PASSES = 5;

  /** One pass of a layer over tokens, repeated. */
  private record Work(MoeLayer layer, INDArray x, boolean training) {
    void run() {
      Gradients gradients = (training ? layer.parameters() : NamedArrays.none()).zeroGradients();
      TokenBatch input = training ? TokenBatch.training(x) : TokenBatch.evaluation(x);
      try (MoePass pass = layer.forward(input)) {
        if (training) {
          INDArray dx = Allocate.zeros(DataType.FLOAT, x.shape());
          pass.backward(x, dx, gradients);
          dx.close();
        }
        pass.y().close();
      }
      gradients.forEach((name, array) -> array.close());
    }
  }

  RankedLayerTime measure(LayerShape shape, boolean training) {
    Experts all = ShapedLayer.experts(shape);
    Placement placement = Placement.even(shape.experts(), group.size());
    Experts local = ExpertSelection.of(all, placement.expertsOn(group.rank()));
    WaitingGroup waiting = new WaitingGroup(group);
    INDArray x = ShapedLayer.tokens(shape, new SplittableRandom(3));
    int each = shape.tokens() / group.size();
    INDArray own =
        ShapedLayer.tokens(shape.withTokens(each), new SplittableRandom(3 + group.rank()));
    Work whole = new Work(layer(shape, all, group.size()), x, training);
    Work alone = new Work(layer(shape, all, 1), own, training);
    Work spread =
        new Work(layer(shape, ExpertParallel.of(group, placement, local), 1), own, training);
    Work split =
        new Work(layer(shape, ExpertParallel.of(waiting, placement, local), 1), own, training);

    double[] wholeTimes = new double[rounds * PASSES];
    double[] aloneTimes = new double[rounds * PASSES];
    double[] spreadTimes = new double[rounds * PASSES];
    double[] waits = new double[rounds * PASSES];
    double[] exchanges = new double[rounds * PASSES];
    for (int i = -PASSES; i < rounds * PASSES; i++) {
      double wholeTime = together(group.rank() == 0 ? whole::run : () -> {});
      double aloneTime = together(alone::run);
      double spreadTime = together(spread::run);
      double waited = waiting.waitSeconds();
      double exchanged = waiting.exchangeSeconds();
      together(split::run);
      if (i >= 0) {
        wholeTimes[i] = wholeTime;
        aloneTimes[i] = aloneTime;
        spreadTimes[i] = spreadTime;
        waits[i] = waiting.waitSeconds() - waited;
        exchanges[i] = waiting.exchangeSeconds() - exchanged;
      }
    }
    return new RankedLayerTime(
        shape,
        group.size(),
        training,
        Samples.median(wholeTimes),
        Samples.median(spreadTimes),
        Samples.ratio(wholeTimes, spreadTimes),
        Samples.median(aloneTimes),
        Samples.median(exchanges),
        Samples.median(waits));
  }

  private static MoeLayer layer(LayerShape shape, Experts experts, int threads) {
    return MoeLayer.builder(ShapedLayer.router(shape), experts)
        .threads(Threads.of(threads))
        .build();
  }

  /** Seconds of the slowest rank, from a common start. */
  private double together(Runnable work) {
    group.barrier();
    long start = System.nanoTime();
    work.run();
    long own = System.nanoTime() - start;
    return Arrays.stream(group.allGather(own)).mapToLong(all -> all[0]).max().orElseThrow() / 1e9;
  }
}
