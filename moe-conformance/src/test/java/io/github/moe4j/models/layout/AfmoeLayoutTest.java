package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class AfmoeLayoutTest extends LayoutContract {
  private static final String MLP = "model.layers.2.mlp.";

  @Override
  String family() {
    return "hf_afmoe_block";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "afmoe",
        "num_hidden_layers", 3,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "num_dense_layers", 1,
        "num_shared_experts", config.integer("num_shared_experts"),
        "route_scale", config.number("route_scale"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(2),
        List.of(
            tensors -> rest(MlpForm.projections(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.stacked(MLP + "experts", tensors)),
            tensors -> rest(MlpForm.mlx(MLP + "experts", tensors))));
  }

  private static void rest(CaseTensors tensors) {
    MlpForm.shared(MLP + "shared_experts", tensors)
        .whole("router_weight", MLP + "router.gate.weight")
        .whole("expert_bias", MLP + "expert_bias");
  }
}
