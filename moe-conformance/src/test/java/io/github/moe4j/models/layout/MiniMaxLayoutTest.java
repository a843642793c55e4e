package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class MiniMaxLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_minimax_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "minimax",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> MlpForm.mixtral(published(tensors), tensors),
            tensors -> MlpForm.fused("model.layers.1.mlp.", tensors)));
  }

  private static String published(CaseTensors tensors) {
    tensors.whole("router_weight", "model.layers.1.block_sparse_moe.gate.weight");
    return "model.layers.1.block_sparse_moe.experts";
  }
}
