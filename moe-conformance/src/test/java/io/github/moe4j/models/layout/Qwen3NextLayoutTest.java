package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Qwen3NextLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.1.mlp.";

  @Override
  String family() {
    return "hf_qwen3_next_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "qwen3_next",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "shared_expert_intermediate_size", config.integer("shared_f"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> rest(MlpForm.projections(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.stacked(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.mlx(MLP + "switch_mlp", tensors))));
  }

  private static void rest(CaseTensors tensors) {
    MlpForm.shared(MLP + "shared_expert", tensors)
        .whole("router_weight", MLP + "gate.weight")
        .whole("shared_expert_gate", MLP + "shared_expert_gate.weight");
  }
}
