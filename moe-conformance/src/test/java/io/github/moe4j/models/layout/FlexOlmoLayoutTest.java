package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class FlexOlmoLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_flex_olmo_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "flex_olmo",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "norm_topk_prob", config.flag("norm_topk_prob"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> MlpForm.perExpert("model.layers.1.mlp.", tensors),
            tensors -> MlpForm.fused("model.layers.1.mlp.", tensors)));
  }
}
