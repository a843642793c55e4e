package io.github.moe4j.examples;

import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopP;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** The same layer is trained on the same tokens with six routers. */
public final class SwapRouters {
  private SwapRouters() {}

  public static void main(String[] args) {
    train("top-k", gated(TopK.of(2)));
    train("switch", gated(Switch.of()));
    train("top-p", gated(TopP.of(0.5)));
    train("expert-choice", gated(ExpertChoice.of(2)));
    train("noisy-top-k", NoisyTopK.create(8, 16, 2, DataType.FLOAT)); // needs a generator
    ExpertTable table = ExpertTable.random(32, 8, 2, 1);
    train("hash", HashRouter.of(table, HashKey.TOKEN_ID, 16)); // needs token ids
  }

  private static Router gated(RoutingRule rule) {
    return GatedRouter.of(LinearGate.create(8, 16, DataType.FLOAT, 1), rule); // E, D
  }

  private static void train(String name, Router router) {
    MoeLayer layer = MoeLayer.of(router, GluExperts.create(ExpertOptions.of(8, 16, 32), 2));
    Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));
    INDArray words = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 32, 16);
    int[] ids = new SplittableRandom(4).ints(64, 0, 32).toArray();
    INDArray x = words.getRows(ids); // [T,D]
    INDArray target = x.neg();
    TokenBatch input = TokenBatch.training(x, new SplittableRandom(5)).withTokenIds(ids);
    for (int step = 0; step <= 60; step++) {
      try (MoePass pass = layer.forward(input)) {
        INDArray error = pass.y().sub(target);
        if (pass.decision().probabilities().isPresent()) { // a hash has none
          pass.addBalance(SwitchLoss.of(0.01).evaluate(pass.decision()).gradient());
        }
        optimizer.step(pass.backward(error.div(64)).parameters());
        if (step % 60 == 0) {
          double loss = error.norm2Number().doubleValue() / target.norm2Number().doubleValue();
          String load = Arrays.toString(pass.load().assigned()); // [E] tokens of each expert
          System.out.println(name + " step " + step + " loss " + loss + " load " + load);
        }
      }
    }
  }
}
