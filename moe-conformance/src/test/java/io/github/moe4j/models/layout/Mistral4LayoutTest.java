package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Mistral4LayoutTest extends LayoutContract {
  private static final String OLDER = "language_model.model.layers.1.mlp.";
  private static final String NEWER = "model.language_model.layers.1.mlp.";

  @Override
  String family() {
    return "hf_mistral4_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "mistral4",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "n_routed_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "n_shared_experts", config.integer("n_shared_experts"),
        "n_group", config.integer("n_group"),
        "topk_group", config.integer("topk_group"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
        "hidden_act", config.text("activation"));
    return fields("model_type", "mistral3", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> rest(OLDER, MlpForm.stacked(OLDER + "experts", tensors)),
            tensors -> rest(NEWER, MlpForm.stacked(NEWER + "experts", tensors)),
            tensors -> rest(OLDER, MlpForm.projections(OLDER + "experts", tensors))));
  }

  private static void rest(String mlp, CaseTensors tensors) {
    MlpForm.shared(mlp + "shared_experts", tensors).whole("router_weight", mlp + "gate.weight");
  }
}
