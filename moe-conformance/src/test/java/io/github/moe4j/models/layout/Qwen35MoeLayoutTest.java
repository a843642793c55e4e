package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Qwen35MoeLayoutTest extends LayoutContract {
  private static final String ROOT = "model.language_model.layers.1.mlp.";
  private static final String MLX = "language_model.model.layers.1.mlp.";

  @Override
  String family() {
    return "hf_qwen3_5_moe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "qwen3_5_moe_text",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "shared_expert_intermediate_size", config.integer("shared_f"),
        "hidden_act", config.text("activation"));
    return fields("model_type", "qwen3_5_moe", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> rest(ROOT, MlpForm.stacked(ROOT + "experts", tensors)),
            tensors -> rest(ROOT, MlpForm.transposed(ROOT + "experts", tensors)),
            tensors -> rest(ROOT, MlpForm.projections(ROOT + "experts", tensors)),
            tensors -> rest(MLX, MlpForm.mlx(MLX + "switch_mlp", tensors))));
  }

  private static void rest(String mlp, CaseTensors tensors) {
    MlpForm.shared(mlp + "shared_expert", tensors)
        .whole("router_weight", mlp + "gate.weight")
        .whole("shared_expert_gate", mlp + "shared_expert_gate.weight");
  }
}
