package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class MiniMaxM2LayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_minimax_m2_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "architectures", List.of("MiniMaxM2ForCausalLM"),
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
        MoeBlock.decoder(1), List.of(tensors -> published(tensors), tensors -> newer(tensors)));
  }

  private static void published(CaseTensors tensors) {
    String moe = "model.layers.1.block_sparse_moe.";
    tensors
        .whole("router_weight", moe + "gate.weight")
        .whole("e_score_correction_bias", moe + "e_score_correction_bias");
    MlpForm.mixtral(moe + "experts", tensors);
  }

  private static void newer(CaseTensors tensors) {
    String mlp = "model.layers.1.mlp.";
    MlpForm.fused(mlp, tensors).whole("e_score_correction_bias", mlp + "e_score_correction_bias");
  }
}
