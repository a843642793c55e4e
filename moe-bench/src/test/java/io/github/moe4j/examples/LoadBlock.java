package io.github.moe4j.examples;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Loads and runs a block of a model in Mixtral's layout, and writes it as a new model. */
public final class LoadBlock {
  private static final String CONFIG = """
      {"model_type": "mixtral", "num_hidden_layers": 1, "hidden_size": 16,
       "intermediate_size": 32, "num_local_experts": 4, "num_experts_per_tok": 2}
      """;

  private LoadBlock() {}

  /** Runs in the given folder, or in a new one. */
  public static void main(String[] args) throws IOException {
    Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("moe4j");
    Path model = folder.resolve("model");
    write(model, tinyMixtral()); // in place of a download

    INDArray x = random(new SplittableRandom(2), 8, 16); // [T,D]
    SafetensorsWriter copy = Safetensors.writer();
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(model)) {
      for (MoeBlock block : checkpoint.blocks()) {
        MoeLayer layer = checkpoint.layer(block, DataType.FLOAT);
        print("loaded", layer, x);
        checkpoint.export(layer, block, copy); // after a training, say
      }
    }
    write(folder.resolve("copy"), copy);
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder.resolve("copy"))) {
      print("copied", checkpoint.layer(0), x);
    }
  }

  private static void print(String name, MoeLayer layer, INDArray x) {
    try (MoePass pass = layer.forward(TokenBatch.evaluation(x))) {
      String load = Arrays.toString(pass.load().assigned()); // [E] tokens of each expert
      double norm = pass.y().norm2Number().doubleValue();
      System.out.println(name + " " + layer.name() + " load " + load + " norm " + norm);
    }
  }

  private static void write(Path folder, SafetensorsWriter tensors) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), CONFIG);
    tensors.write(folder.resolve("model.safetensors"));
  }

  private static SafetensorsWriter tinyMixtral() {
    SplittableRandom seed = new SplittableRandom(1);
    SafetensorsWriter writer = Safetensors.writer().metadata("format", "pt");
    String block = "model.layers.0.block_sparse_moe.";
    writer.put(block + "gate.weight", random(seed, 4, 16), TensorType.BFLOAT16); // [E,D]
    for (int e = 0; e < 4; e++) {
      String expert = block + "experts." + e;
      writer.put(expert + ".w1.weight", random(seed, 32, 16), TensorType.BFLOAT16); // gate [H,D]
      writer.put(expert + ".w3.weight", random(seed, 32, 16), TensorType.BFLOAT16); // up [H,D]
      writer.put(expert + ".w2.weight", random(seed, 16, 32), TensorType.BFLOAT16); // down [D,H]
    }
    return writer;
  }

  private static INDArray random(SplittableRandom seed, long... shape) {
    return Initializer.normal(0.2).create(DataType.FLOAT, seed, shape);
  }
}
