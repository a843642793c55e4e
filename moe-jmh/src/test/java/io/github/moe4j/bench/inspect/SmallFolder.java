package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A Mixtral of three layers, E 3, D 4, H 5, in float32: a file of the first two, and one of the third. */
final class SmallFolder {
  static final String SECOND = "model-00002-of-00002.safetensors";
  private static final String CONFIG = """
      {"model_type": "mixtral", "num_hidden_layers": 3, "hidden_size": 4,
       "intermediate_size": 5, "num_local_experts": 3, "num_experts_per_tok": 2}
      """;

  private SmallFolder() {}

  static MoeLayer layer(int seed) {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, seed), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), seed + 1));
  }

  static Path write(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("model.embed_tokens.weight", Nd4j.ones(DataType.FLOAT, 7, 4), TensorType.BFLOAT16);
    for (int l = 0; l < 3; l++) {
      MoeCheckpoints.export(layer(l), CONFIG, MoeBlock.decoder(l), writer::put, TensorType.FLOAT32);
    }
    writer.writeSharded(folder, 7 * 4 * 2 + 2 * (3 * 4 + 9 * 4 * 5) * Float.BYTES);
    return folder;
  }
}
