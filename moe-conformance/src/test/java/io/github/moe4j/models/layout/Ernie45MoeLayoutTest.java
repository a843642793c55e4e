package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Ernie45MoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.2.mlp.";

  @Override
  String family() {
    return "hf_ernie4_5_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "ernie4_5_moe",
        "num_hidden_layers", 3,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "moe_num_experts", config.integer("num_experts"),
        "moe_k", config.integer("top_k"),
        "moe_num_shared_experts", config.integer("moe_num_shared_experts"),
        "moe_norm_min", config.number("moe_norm_min"),
        "use_bias", config.flag("use_bias"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(2),
        List.of(
            tensors -> rest(MlpForm.perExpert(MLP, tensors)),
            tensors -> rest(MlpForm.fused(MLP, tensors))));
  }

  private static void rest(CaseTensors tensors) {
    MlpForm.shared(MLP + "shared_experts", tensors)
        .shaped(
            "e_score_correction_bias",
            MLP + "moe_statics.e_score_correction_bias",
            1,
            tensors.reference().config().integer("num_experts"))
        .optional("shared_gate_bias", MLP + "shared_experts.gate_proj.bias")
        .optional("shared_up_bias", MLP + "shared_experts.up_proj.bias")
        .optional("shared_down_bias", MLP + "shared_experts.down_proj.bias");
  }
}
