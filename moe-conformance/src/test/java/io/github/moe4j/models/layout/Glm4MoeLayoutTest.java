package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Glm4MoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.2.mlp.";

  @Override
  String family() {
    return "hf_glm4_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "glm4_moe",
        "num_hidden_layers", 3,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "n_routed_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "first_k_dense_replace", 1,
        "n_shared_experts", config.integer("n_shared_experts"),
        "n_group", config.integer("n_group"),
        "topk_group", config.integer("topk_group"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
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
        .whole("e_score_correction_bias", MLP + "gate.e_score_correction_bias");
  }
}
