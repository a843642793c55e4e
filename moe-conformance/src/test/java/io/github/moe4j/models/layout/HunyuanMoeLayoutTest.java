package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class HunyuanMoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.1.mlp.";

  @Override
  String family() {
    return "hf_hunyuan_v1_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "hunyuan_v1_moe",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "moe_topk", List.of(config.integer("top_k"), config.integer("top_k")),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> rest(MlpForm.projections(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.stacked(MLP + "experts", tensors))));
  }

  private static void rest(CaseTensors tensors) {
    MlpForm.shared(MLP + "shared_mlp", tensors).whole("router_weight", MLP + "gate.wg.weight");
  }
}
