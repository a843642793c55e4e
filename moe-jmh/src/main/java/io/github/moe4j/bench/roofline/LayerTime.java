package io.github.moe4j.bench.roofline;

import io.github.moe4j.bench.machine.Machine;
import io.github.moe4j.cli.Samples;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Measured time of a layer.
 *
 * @param system what made the products: {@code vector} for the kernels, or {@code blas}
 * @param shape sizes
 * @param pass what was timed
 * @param medianSeconds middle of all runs
 * @param bestSeconds shortest run
 * @param expertsHit experts that had rows
 * @param stages of the last run
 */
public record LayerTime(
    String system,
    LayerShape shape,
    LayerPass pass,
    double medianSeconds,
    double bestSeconds,
    int expertsHit,
    StageTimes stages) {

  /** Measures. */
  static LayerTime measure(LayerShape shape, LayerPass timed, int runs, Watch watch) {
    MoeLayer layer = timed.layer(shape);
    boolean training = timed.trains();
    SplittableRandom random = new SplittableRandom(3);
    INDArray x = ShapedLayer.tokens(shape, random);
    INDArray dy = ShapedLayer.tokens(shape, random);
    INDArray dx = Nd4j.create(DataType.FLOAT, shape.tokens(), shape.width());
    Gradients gradients = (training ? layer.parameters() : NamedArrays.none()).zeroGradients();
    TokenBatch input = training ? TokenBatch.training(x) : TokenBatch.evaluation(x);
    StageTimes[] stages = {StageTimes.zero()};
    int[] hit = {0};
    double[] times = RepeatedTimes.seconds(runs, watch, () -> {
      INDArray y;
      try (MoePass pass = layer.forward(input)) {
        if (training) {
          pass.backward(dy, dx, gradients);
        }
        stages[0] = pass.times();
        hit[0] = shape.experts() - pass.load().expertsWithoutTokens();
        y = pass.y();
      }
      y.close(); // the caller's: left to the garbage collector, outputs pile up
    });
    ShapedLayer.close(layer);
    gradients.forEach((name, array) -> array.close());
    List.of(x, dy, dx).forEach(INDArray::close);
    return new LayerTime(
        whoMultiplies(), shape, timed, Samples.median(times), times[0], hit[0], stages[0]);
  }

  /**
   * The roofline time: the larger of that of the matrix products and that of reading the weights once,
   * in training also of reading and writing their gradients, which accumulate.
   */
  double idealSeconds(Machine machine) {
    double flops = pass.trains() ? shape.trainingFlops() : shape.forwardFlops();
    double bytes = shape.weightBytes(expertsHit) * (pass.trains() ? 3 : 1);
    return Math.max(flops / machine.boundGflops(), bytes / machine.readGigabytes()) / 1e9;
  }

  private static String whoMultiplies() {
    return Kernels.chosen().isPresent() ? "vector" : "blas";
  }

  /** For the JSON file. */
  Map<String, Object> figures(Machine machine) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("shape", shape.name());
    all.put("pass", pass.field());
    all.put("ideal_ms", 1e3 * idealSeconds(machine));
    all.put("median_ms", 1e3 * medianSeconds);
    all.put("share", share(machine));
    all.put("system", system);
    all.put("sizes", shape);
    all.put("training", pass.trains());
    all.put("medianSeconds", medianSeconds);
    all.put("bestSeconds", bestSeconds);
    all.put("expertsHit", expertsHit);
    all.put("stages", stages);
    return all;
  }

  /** Share of the ideal that the median reaches. */
  double share(Machine machine) {
    return idealSeconds(machine) / medianSeconds;
  }
}
