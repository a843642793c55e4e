package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Llama4LayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_llama4_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "llama4_text",
        "num_hidden_layers", 4,
        "interleave_moe_layer_step", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "hidden_act", config.text("activation"));
    return fields("model_type", "llama4", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> write("language_model.model.layers.1.feed_forward.", tensors),
            tensors -> write("model.layers.1.feed_forward.", tensors)));
  }

  private static void write(String block, CaseTensors tensors) {
    MlpForm.shared(
        block + "shared_expert",
        tensors
            .whole("router_weight", block + "router.weight")
            .whole("experts_gate_up_proj", block + "experts.gate_up_proj")
            .whole("experts_down_proj", block + "experts.down_proj"));
  }
}
