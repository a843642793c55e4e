package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Qwen3MoeLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_qwen3_moe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "qwen3_moe",
        "num_hidden_layers", 4,
        "decoder_sparse_step", 2,
        "mlp_only_layers", List.of(1),
        "hidden_size", config.integer("d"),
        "intermediate_size", 3 * config.integer("f"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(3),
        List.of(
            tensors -> MlpForm.perExpert("model.layers.3.mlp.", tensors),
            tensors -> MlpForm.fused("model.layers.3.mlp.", tensors),
            tensors -> MlpForm.mlx(
                "model.layers.3.mlp.switch_mlp",
                tensors.whole("router_weight", "model.layers.3.mlp.gate.weight"))));
  }
}
