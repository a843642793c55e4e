package io.github.moe4j.examples;

import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.soft.SoftMoe;
import io.github.moe4j.core.soft.SoftMoeOptions;
import io.github.moe4j.core.training.Optimizer;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Four experts with two slots each learn to give every token the mean of its sequence. */
public final class SoftMixture {
  private SoftMixture() {}

  public static void main(String[] args) {
    FfnExperts experts = FfnExperts.create(ExpertOptions.of(4, 16, 32), 1); // E, D, H
    SoftMoe layer = SoftMoe.create(experts, 2, SoftMoeOptions.paper(), 2);
    Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));

    INDArray x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 64, 16);
    INDArray means = x.reshape(8, 8, 16).mean(true, 1); // of 8 sequences of 8 tokens [8,1,D]
    INDArray target = means.broadcast(8, 8, 16).reshape(64, 16); // [T,D]
    for (int step = 0; step <= 100; step++) {
      try (FeedForwardPass run = layer.forward(TokenBatch.training(x).withSequenceLength(8))) {
        INDArray error = run.y().sub(target); // [T,D]
        Gradients gradients = layer.parameters().zeroGradients();
        run.backward(error.div(64), Nd4j.zerosLike(x), gradients);
        optimizer.step(gradients);
        if (step % 20 == 0) {
          double loss = error.norm2Number().doubleValue() / target.norm2Number().doubleValue();
          System.out.println("step " + step + " loss " + loss);
        }
      }
    }
  }
}
