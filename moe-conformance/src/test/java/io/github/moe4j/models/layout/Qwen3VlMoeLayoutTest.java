package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

/** Qwen3-VL-MoE computes what Qwen3-MoE does if it renormalizes, whose cases it is given. */
class Qwen3VlMoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.language_model.layers.3.mlp.";

  @Override
  String family() {
    return "hf_qwen3_moe_block";
  }

  @Override
  boolean follows(CaseConfig config) {
    return config.flag("norm_topk_prob");
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "qwen3_vl_moe_text",
        "num_hidden_layers", 4,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "decoder_sparse_step", 2,
        "mlp_only_layers", List.of(1),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "hidden_act", config.text("activation"));
    return fields("model_type", "qwen3_vl_moe", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(3),
        List.of(
            tensors -> rest(MlpForm.transposed(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.stacked(MLP + "experts", tensors))));
  }

  private static void rest(CaseTensors tensors) {
    tensors.whole("router_weight", MLP + "gate.weight");
  }
}
