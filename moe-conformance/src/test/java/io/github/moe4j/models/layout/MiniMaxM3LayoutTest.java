package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class MiniMaxM3LayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_minimax_m3_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "minimax_m3_vl_text",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "shared_intermediate_size", config.integer("shared_f"),
        "moe_layer_freq", List.of(0, 1),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
        "swiglu_alpha", config.number("swiglu_alpha"),
        "swiglu_limit", config.number("swiglu_limit"),
        "hidden_act", "swigluoai");
    return fields("model_type", "minimax_m3_vl", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1), List.of(tensors -> published(tensors), tensors -> newer(tensors)));
  }

  private static void published(CaseTensors tensors) {
    String moe = "language_model.model.layers.1.block_sparse_moe.";
    tensors
        .whole("router_weight", moe + "gate.weight")
        .whole("e_score_correction_bias", moe + "e_score_correction_bias")
        .half("shared_gate_up_proj", 0, moe + "shared_experts.gate_proj.weight")
        .half("shared_gate_up_proj", 1, moe + "shared_experts.up_proj.weight")
        .whole("shared_down_proj", moe + "shared_experts.down_proj.weight");
    MlpForm.mixtral(moe + "experts", tensors);
  }

  private static void newer(CaseTensors tensors) {
    String mlp = "model.language_model.layers.1.mlp.";
    MlpForm.fused(mlp, tensors)
        .whole("e_score_correction_bias", mlp + "gate.e_score_correction_bias")
        .whole("shared_gate_up_proj", mlp + "shared_experts.gate_up_proj.weight")
        .whole("shared_down_proj", mlp + "shared_experts.down_proj.weight");
  }
}
