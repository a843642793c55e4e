package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
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
            tensors -> write("model.layers.1.feed_forward.", tensors),
            tensors -> apart("model.layers.1.feed_forward.", "experts.{}.", tensors),
            tensors -> apart("language_model.model.layers.1.feed_forward.", "experts.", tensors)));
  }

  private static void write(String block, CaseTensors tensors) {
    MlpForm.shared(
        block + "shared_expert",
        tensors
            .whole("router_weight", block + "router.weight")
            .whole("experts_gate_up_proj", block + "experts.gate_up_proj")
            .whole("experts_down_proj", block + "experts.down_proj"));
  }

  /** Gate and up apart, multiplied from the left: of each expert, or of all. */
  private static void apart(String block, String experts, CaseTensors tensors) {
    CaseConfig config = tensors.reference().config();
    int e = config.integer("num_experts");
    int d = config.integer("d");
    int h = config.integer("f");
    CaseTensor gateUp = tensors.reference().input("experts_gate_up_proj");
    CaseTensor down = tensors.reference().input("experts_down_proj");
    String name = block + experts;
    MlpForm.shared(
        block + "shared_expert",
        tensors
            .whole("router_weight", block + "router.weight")
            .cells(
                name + "gate_proj.weight",
                e,
                h,
                d,
                (x, o, i) -> gateUp.get((x * d + i) * 2 * h + o))
            .cells(
                name + "up_proj.weight",
                e,
                h,
                d,
                (x, o, i) -> gateUp.get((x * d + i) * 2 * h + h + o))
            .cells(name + "down_proj.weight", e, d, h, (x, o, i) -> down.get((x * h + i) * d + o)));
  }
}
