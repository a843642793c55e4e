package io.github.moe4j.bench.roofline;

import io.github.moe4j.cli.Samples;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measured time of a layer.
 *
 * @param shape sizes
 * @param training whether with all gradients, else forward only
 * @param medianSeconds middle of all runs
 * @param bestSeconds shortest run
 * @param expertsHit experts that had rows
 * @param stages of the last run
 */
public record LayerTime(
    LayerShape shape,
    boolean training,
    double medianSeconds,
    double bestSeconds,
    int expertsHit,
    StageTimes stages) {

  /** Measures. */
  static LayerTime measure(LayerShape shape, boolean training, int runs, Watch watch) {
    MoeLayer layer = ShapedLayer.of(shape);
    SplittableRandom random = new SplittableRandom(3);
    INDArray x = ShapedLayer.tokens(shape, random);
    INDArray dy = ShapedLayer.tokens(shape, random);
    INDArray dx = Nd4j.create(DataType.FLOAT, shape.tokens(), shape.width());
    Gradients gradients = layer.parameters().zeroGradients();
    TokenBatch input = training ? TokenBatch.training(x) : TokenBatch.evaluation(x);
    StageTimes[] stages = {StageTimes.zero()};
    int[] hit = {0};
    double[] times = RepeatedTimes.seconds(runs, watch, () -> {
      try (MoePass pass = layer.forward(input)) {
        if (training) {
          pass.backward(dy, dx, gradients);
        }
        stages[0] = pass.times();
        hit[0] = shape.experts() - pass.load().expertsWithoutTokens();
      }
    });
    return new LayerTime(shape, training, Samples.median(times), times[0], hit[0], stages[0]);
  }

  /**
   * The roofline time: the larger of that of the matrix products and that of reading the weights once,
   * in training also of reading and writing their gradients, which accumulate.
   */
  double idealSeconds(Machine machine) {
    double flops = training ? shape.trainingFlops() : shape.forwardFlops();
    double bytes = shape.weightBytes(expertsHit) * (training ? 3 : 1);
    return Math.max(flops / machine.gflops(), bytes / machine.readGigabytes()) / 1e9;
  }

  /** Share of the ideal that the median reaches. */
  double share(Machine machine) {
    return idealSeconds(machine) / medianSeconds;
  }
}
