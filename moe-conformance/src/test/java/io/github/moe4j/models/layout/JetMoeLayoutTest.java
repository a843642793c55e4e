package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class JetMoeLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_jetmoe_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "jetmoe",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "activation_function", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(MoeBlock.decoder(1), List.of(tensors -> write(tensors)));
  }

  private static void write(CaseTensors tensors) {
    String mlp = "model.layers.1.mlp.";
    tensors
        .whole("router_weight", mlp + "router.layer.weight")
        .whole("input_linear", mlp + "input_linear.weight")
        .whole("output_linear", mlp + "output_linear.weight")
        .whole("bias", mlp + "bias");
  }
}
