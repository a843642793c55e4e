package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class JambaLayoutTest extends LayoutContract {
  private static final String FFN = "model.layers.3.feed_forward.";

  @Override
  String family() {
    return "hf_jamba_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "jamba",
        "num_hidden_layers", 4,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "expert_layer_period", 2,
        "expert_layer_offset", 1,
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(3),
        List.of(
            tensors -> router(MlpForm.projections(FFN + "experts", tensors)),
            tensors -> router(MlpForm.stacked(FFN + "experts", tensors))));
  }

  private static void router(CaseTensors tensors) {
    tensors.whole("router_weight", FFN + "router.weight");
  }
}
