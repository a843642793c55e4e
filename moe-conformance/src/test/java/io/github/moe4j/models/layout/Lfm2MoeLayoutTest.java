package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Lfm2MoeLayoutTest extends LayoutContract {
  private static final String FFN = "model.layers.2.feed_forward.";

  @Override
  String family() {
    return "hf_lfm2_moe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "lfm2_moe",
        "num_hidden_layers", 3,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "num_dense_layers", 1,
        "use_expert_bias", config.flag("use_expert_bias"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "routed_scaling_factor", config.number("routed_scaling_factor"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(2),
        List.of(
            tensors -> rest(MlpForm.mixtral(FFN + "experts", tensors)),
            tensors -> rest(MlpForm.stacked(FFN + "experts", tensors)),
            tensors -> rest(MlpForm.mlx(FFN + "switch_mlp", tensors))));
  }

  private static void rest(CaseTensors tensors) {
    tensors.whole("router_weight", FFN + "gate.weight").whole("expert_bias", FFN + "expert_bias");
  }
}
