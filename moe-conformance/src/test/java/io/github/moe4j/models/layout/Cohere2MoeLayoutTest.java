package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Cohere2MoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.2.mlp.";

  @Override
  String family() {
    return "hf_cohere2_moe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "cohere2_moe",
        "num_hidden_layers", 3,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "first_k_dense_replace", 1,
        "expert_selection_fn", config.text("expert_selection_fn"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "num_shared_experts", config.integer("num_shared_experts"),
        "shared_expert_combination_strategy", config.text("shared_expert_combination_strategy"),
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
    MlpForm.shared(MLP + "shared_experts", tensors);
  }
}
