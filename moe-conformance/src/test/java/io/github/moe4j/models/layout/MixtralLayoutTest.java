package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class MixtralLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_mixtral_block";
  }

  /** Noise was drawn by a generator that is not there. */
  @Override
  boolean follows(CaseConfig config) {
    return config.number("router_jitter_noise", 0) == 0;
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "mixtral",
        "num_hidden_layers", 4,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    String published = "model.layers.3.block_sparse_moe.";
    return Map.of(
        MoeBlock.decoder(3),
        List.of(
            tensors -> tensors
                .whole("router_weight", published + "gate.weight")
                .perExpertHalf("experts_gate_up_proj", 0, published + "experts.{}.w1.weight")
                .perExpertHalf("experts_gate_up_proj", 1, published + "experts.{}.w3.weight")
                .perExpert("experts_down_proj", published + "experts.{}.w2.weight"),
            tensors -> MlpForm.fused("model.layers.3.mlp.", tensors),
            tensors -> MlpForm.fused("layers.3.mlp.", tensors)));
  }
}
