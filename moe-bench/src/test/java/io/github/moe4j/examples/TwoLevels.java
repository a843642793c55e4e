package io.github.moe4j.examples;

import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** An outer router chooses two of three groups, and one in each group two of its four experts. */
public final class TwoLevels {
  private TwoLevels() {}

  public static void main(String[] args) {
    List<MoeLayer> groups = IntStream.range(0, 3).mapToObj(TwoLevels::group).toList();
    MoeLayer layer = MoeLayer.builder(router(3, 9), HierarchicalExperts.of(groups))
        .name("outer")
        .build();
    Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));
    INDArray x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 64, 16);
    INDArray target = x.neg(); // [T,D]
    for (int step = 0; step <= 100; step++) {
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        INDArray error = pass.y().sub(target);
        for (MoePass level : pass.moe()) { // the outer pass, then that of each group
          level.addBalance(SwitchLoss.of(0.01).evaluate(level.decision()).gradient());
        }
        optimizer.step(pass.backward(error.div(64)).parameters());
        if (step % 50 == 0) {
          double loss = error.norm2Number().doubleValue() / target.norm2Number().doubleValue();
          System.out.println("step " + step + " loss " + loss);
          for (MoePass level : pass.moe()) {
            String load = Arrays.toString(level.load().assigned());
            System.out.println("  " + level.layer() + " load " + load);
          }
        }
      }
    }
  }

  private static MoeLayer group(int index) {
    return MoeLayer.builder(
            router(4, index), GluExperts.create(ExpertOptions.of(4, 16, 32), index)) // E, D, H
        .name("group " + index)
        .build();
  }

  private static Router router(int experts, int seed) {
    return GatedRouter.of(LinearGate.create(experts, 16, DataType.FLOAT, seed), TopK.of(2));
  }
}
