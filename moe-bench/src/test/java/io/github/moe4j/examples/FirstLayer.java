package io.github.moe4j.examples;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** A sparse layer of eight experts learns to negate its input. */
public final class FirstLayer {
  private FirstLayer() {}

  public static void main(String[] args) {
    Router router = GatedRouter.of(LinearGate.create(8, 16, DataType.FLOAT, 1), TopK.of(2));
    Experts experts = GluExperts.create(ExpertOptions.of(8, 16, 32), 2); // E, D, H
    MoeLayer layer = MoeLayer.of(router, experts);
    Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));

    INDArray x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 64, 16);
    INDArray target = x.neg(); // [T,D]
    for (int step = 0; step <= 100; step++) {
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        INDArray error = pass.y().sub(target); // [T,D]
        double loss = error.norm2Number().doubleValue() / target.norm2Number().doubleValue();
        LossValue balance = SwitchLoss.of(0.01).evaluate(pass.decision());
        pass.addBalance(balance.gradient()); // included in backward
        optimizer.step(pass.backward(error.div(64)).parameters());
        if (step % 20 == 0) {
          String load = Arrays.toString(pass.load().assigned()); // [E] tokens of each expert
          System.out.println("step " + step + " loss " + loss + " load " + load);
        }
      }
    }
  }
}
