package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class GraniteMoeLayoutTest extends LayoutContract {
  private static final String MOE = "model.layers.1.block_sparse_moe.";

  @Override
  String family() {
    return "hf_granitemoe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "granitemoe",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "residual_multiplier", 0.22,
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(tensors -> published(tensors), tensors -> newer(tensors), tensors -> mlx(tensors)));
  }

  private static void published(CaseTensors tensors) {
    tensors
        .whole("router_weight", MOE + "router.layer.weight")
        .whole("experts_gate_up_proj", MOE + "input_linear.weight")
        .whole("experts_down_proj", MOE + "output_linear.weight");
  }

  private static void newer(CaseTensors tensors) {
    MlpForm.stacked(MOE + "experts", tensors.whole("router_weight", MOE + "router.weight"));
  }

  private static void mlx(CaseTensors tensors) {
    MlpForm.mlx(MOE + "switch_mlp", tensors.whole("router_weight", MOE + "router.layer.weight"));
  }
}
