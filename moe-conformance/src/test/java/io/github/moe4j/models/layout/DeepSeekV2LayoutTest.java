package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class DeepSeekV2LayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.1.mlp.";

  @Override
  String family() {
    return "hf_deepseek_v2_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "deepseek_v2",
        "num_hidden_layers", 2,
        "first_k_dense_replace", 1,
        "moe_layer_freq", 1,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "n_routed_experts", config.integer("num_experts"),
        "n_shared_experts", config.integer("n_shared_experts", 0),
        "num_experts_per_tok", config.integer("top_k"),
        "topk_method", config.text("topk_method"),
        "n_group", config.integer("n_group"),
        "topk_group", config.integer("topk_group"),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
        "norm_topk_prob", false,
        "scoring_func", "softmax",
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> MlpForm.shared(MLP + "shared_experts", MlpForm.perExpert(MLP, tensors)),
            tensors -> MlpForm.shared(MLP + "shared_experts", MlpForm.fused(MLP, tensors))));
  }
}
