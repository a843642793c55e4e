package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import org.nd4j.linalg.api.buffer.DataType;

/** A model with one sparse block: E 3, D 4, H 5. */
final class SmallMixtral {
  static final String CONFIG = """
      {"model_type": "mixtral", "num_hidden_layers": 1, "hidden_size": 4,
       "intermediate_size": 5, "num_local_experts": 3, "num_experts_per_tok": 2}
      """;
  static final MoeBlock BLOCK = MoeBlock.decoder(0);
  static final String EXPERTS = "model.layers.0.block_sparse_moe.experts.";

  private SmallMixtral() {}

  static MoeLayer layer() {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, 1), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), 2));
  }

  static MemoryTensors tensors() throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    MoeCheckpoints.export(layer(), CONFIG, BLOCK, tensors, TensorType.FLOAT32);
    return tensors;
  }
}
