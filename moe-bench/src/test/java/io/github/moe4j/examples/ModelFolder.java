package io.github.moe4j.examples;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.LearningRate;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains a layer, writes it as a model in OLMoE's layout, opens that folder and runs what it holds. */
public final class ModelFolder {
  private static final String CONFIG = """
      {"model_type": "olmoe", "num_hidden_layers": 1, "hidden_size": 16, "intermediate_size": 32,
       "num_experts": 8, "num_experts_per_tok": 2, "norm_topk_prob": false}
      """;

  private ModelFolder() {}

  /** Writes the folder that is given. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    INDArray x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 64, 16);
    MoeLayer trained = MoeLayer.of(
        GatedRouter.of(LinearGate.create(8, 16, DataType.FLOAT, 1), TopK.unnormalized(2)),
        GluExperts.create(ExpertOptions.of(8, 16, 32), 2)); // E, D, H
    train(trained, x);

    SafetensorsWriter weights = Safetensors.writer().metadata("format", "pt");
    MoeCheckpoints.export(trained, CONFIG, MoeBlock.decoder(0), weights, TensorType.FLOAT32);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), CONFIG);
    weights.write(folder.resolve("model.safetensors"));

    try (MoeCheckpoint model = MoeCheckpoints.open(folder)) {
      MoeLayer opened = model.layer(MoeBlock.decoder(0), DataType.FLOAT);
      System.out.println("same output: " + output(opened, x).equals(output(trained, x)));
    }
  }

  /** It learns to negate its input. */
  private static void train(MoeLayer layer, INDArray x) {
    Optimizer optimizer = Optimizer.builder(layer.parameters())
        .rest(AdamW.of(0.01), LearningRate.constant(0.01))
        .build();
    for (int step = 1; step <= 100; step++) {
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        INDArray error = pass.y().add(x); // [T,D]
        optimizer.step(pass.backward(error.div(64)).parameters());
        if (step == 1 || step == 100) {
          System.out.printf("step %d error %.3f%n", step, error.norm2Number().doubleValue());
        }
      }
    }
  }

  private static INDArray output(MoeLayer layer, INDArray x) {
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x))) {
      return pass.y();
    }
  }
}
