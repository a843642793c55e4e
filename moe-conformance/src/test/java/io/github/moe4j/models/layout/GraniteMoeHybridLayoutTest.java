package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

/** Granite 4 computes what the models with a shared expert do, whose cases it is given. */
class GraniteMoeHybridLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_granitemoeshared";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "granitemoehybrid",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "shared_intermediate_size", config.integer("shared_f"),
        "residual_multiplier", config.number("residual_multiplier"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(MoeBlock.decoder(1), List.of(tensors -> write(tensors)));
  }

  private static void write(CaseTensors tensors) {
    String layer = "model.layers.1.";
    tensors
        .whole("router_weight", layer + "block_sparse_moe.router.layer.weight")
        .whole("experts_gate_up_proj", layer + "block_sparse_moe.input_linear.weight")
        .whole("experts_down_proj", layer + "block_sparse_moe.output_linear.weight")
        .whole("shared_input_linear", layer + "shared_mlp.input_linear.weight")
        .whole("shared_output_linear", layer + "shared_mlp.output_linear.weight");
  }
}
