package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsException;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** A folder of a published model with sparse blocks. */
record ModelKind(String name, Map<String, byte[]> right) implements FileKind {
  private static final String CONFIG = """
      {"architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "num_hidden_layers": 1,
       "hidden_size": 4, "intermediate_size": 5, "num_local_experts": 3, "num_experts_per_tok": 2,
       "hidden_act": "silu", "router_jitter_noise": 0.0, "rope_theta": 1000000.0, "sliding_window": null,
       "tie_word_embeddings": false, "torch_dtype": "float32", "quantization_config": null}
      """;

  static ModelKind create(Path folder) throws IOException {
    Path own = Files.createDirectory(folder.resolve("model"));
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), 2));
    SafetensorsWriter writer = Safetensors.writer();
    MoeCheckpoints.export(layer, CONFIG, MoeBlock.decoder(0), writer, TensorType.FLOAT32);
    writer.write(own.resolve(SafetensorsKind.FILE));
    Files.write(own.resolve("config.json"), CONFIG.getBytes(StandardCharsets.UTF_8));
    return new ModelKind("model", Folders.contents(own));
  }

  /** Names and shapes are made of as many experts as a config may say. */
  @Override
  public long fixedBytes() {
    return 320L << 20;
  }

  @Override
  public void read(Path folder) throws IOException {
    try (MoeCheckpoint checkpoint = MoeCheckpoints.open(folder)) {
      for (MoeBlock block : checkpoint.blocks()) {
        checkpoint.outline(block);
        checkpoint.layer(block, DataType.FLOAT);
      }
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return Folders.isText(e) || e instanceof LayoutException || e instanceof SafetensorsException;
  }
}
