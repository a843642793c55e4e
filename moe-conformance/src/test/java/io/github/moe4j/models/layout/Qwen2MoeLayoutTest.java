package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Qwen2MoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.2.mlp.";

  @Override
  String family() {
    return "hf_qwen2_moe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "qwen2_moe",
        "num_hidden_layers", 3,
        "decoder_sparse_step", 1,
        "mlp_only_layers", List.of(0),
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "shared_expert_intermediate_size", config.integer("shared_f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(2),
        List.of(
            tensors -> shared(MlpForm.perExpert(MLP, tensors)),
            tensors -> shared(MlpForm.fused(MLP, tensors))));
  }

  private static void shared(CaseTensors tensors) {
    MlpForm.shared(MLP + "shared_expert", tensors)
        .whole("shared_expert_gate", MLP + "shared_expert_gate.weight");
  }
}
