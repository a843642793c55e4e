package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The training of one rank.
 *
 * @param training what is trained
 * @param group of the rank
 */
public record RankTraining(Training training, Group group) {
  /** Trains and returns what this rank computed. */
  public Map<String, Long> run() {
    Placement placement = Placement.even(training.experts(), group.size());
    int[] here = placement.expertsOn(group.rank());
    Experts experts = here.length == 0
        ? ExpertParallel.withoutExperts(group, placement, training.width(), DataType.FLOAT)
        : ExpertParallel.of(group, placement, ExpertSelection.of(training.allExperts(), here));
    MoeLayer layer = training.layer(experts);
    DataParallel parallel = DataParallel.of(group, "experts");
    parallel.requireSame(layer.parameters());
    Optimizer optimizer = Optimizer.of(layer.parameters(), AdamW.of(0.1), 1e-2);
    Fingerprints found = new Fingerprints();
    for (int step = 0; step < training.steps(); step++) {
      INDArray x = training.part(training.tokens(step), group.rank());
      INDArray target = training.part(training.targets(step), group.rank());
      Gradients gradients = layer.parameters().zeroGradients();
      INDArray dx = Allocate.zeros(DataType.FLOAT, x.shape());
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        pass.backward(Training.gradient(pass.y(), target), dx, gradients);
        String name = "step %d, rank %d".formatted(step, group.rank());
        found.add(name + ", y", pass.y());
        found.add(name + ", dx", dx);
      }
      parallel.reduce(gradients);
      found.add("step %d, gradient of the router".formatted(step), gradients.get("router.weight"));
      optimizer.step(gradients);
      if (here.length > 0) {
        found.addExperts("after step " + step, experts.parameters(), here);
      }
    }
    return found.all();
  }
}
