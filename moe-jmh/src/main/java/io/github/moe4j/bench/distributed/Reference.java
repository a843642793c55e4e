package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The same training in one process over whole batches. The gradient of the router, which ranks replicate, is the sum of
 * those of the ranks' parts in their order, as it is defined for a group.
 *
 * @param training what is trained
 */
record Reference(Training training) {
  /** Checksums by what they are of, and the losses of all steps. */
  record Result(Map<String, Long> fingerprints, double[] losses) {}

  Result run() {
    GluExperts experts = training.allExperts();
    MoeLayer layer = training.layer(experts);
    Optimizer optimizer = Optimizer.of(layer.parameters(), AdamW.of(0.1), 1e-2);
    int[] all = IntStream.range(0, training.experts()).toArray();
    Fingerprints found = new Fingerprints();
    double[] losses = new double[training.steps()];
    for (int step = 0; step < training.steps(); step++) {
      Gradients gradients = layer.parameters().zeroGradients();
      losses[step] = pass(layer, step, gradients, found);
      gradients.get("router.weight").assign(routerGradient(layer, step));
      found.add("step %d, gradient of the router".formatted(step), gradients.get("router.weight"));
      optimizer.step(gradients);
      found.addExperts("after step " + step, experts.parameters(), all);
    }
    return new Result(found.all(), losses);
  }

  private double pass(MoeLayer layer, int step, Gradients into, Fingerprints found) {
    INDArray target = training.targets(step);
    INDArray dx = Allocate.zeros(DataType.FLOAT, target.shape());
    try (MoePass pass = layer.forward(TokenBatch.training(training.tokens(step)))) {
      pass.backward(Training.gradient(pass.y(), target), dx, into);
      for (int r = 0; r < training.ranks(); r++) {
        String name = "step %d, rank %d".formatted(step, r);
        found.add(name + ", y", training.part(pass.y(), r));
        found.add(name + ", dx", training.part(dx, r));
      }
      return Training.loss(pass.y(), target);
    }
  }

  private INDArray routerGradient(MoeLayer layer, int step) {
    INDArray sum = null;
    for (int r = 0; r < training.ranks(); r++) {
      INDArray x = training.part(training.tokens(step), r);
      Gradients own = layer.parameters().zeroGradients();
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        INDArray dy = Training.gradient(pass.y(), training.part(training.targets(step), r));
        pass.backward(dy, Allocate.zeros(DataType.FLOAT, x.shape()), own);
      }
      INDArray gradient = own.get("router.weight");
      sum = sum == null ? gradient : sum.addi(gradient);
    }
    return Objects.requireNonNull(sum);
  }
}
