package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class Gemma4LayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_gemma4_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> text = fields(
        "model_type", "gemma4_text",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "top_k_experts", config.integer("top_k"),
        "enable_moe_block", true,
        "rms_norm_eps", config.number("rms_norm_eps"),
        "hidden_activation", config.text("activation"));
    return fields("model_type", "gemma4", "text_config", text);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> write("model.language_model.layers.1.", tensors),
            tensors -> write("model.layers.1.", tensors)));
  }

  private static void write(String layer, CaseTensors tensors) {
    tensors
        .whole("router_weight", layer + "router.proj.weight")
        .whole("router_scale", layer + "router.scale")
        .whole("per_expert_scale", layer + "router.per_expert_scale")
        .whole("pre_norm_weight", layer + "pre_feedforward_layernorm_2.weight");
    MlpForm.stacked(layer + "experts", tensors);
  }
}
