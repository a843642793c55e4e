package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class GptOssLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_gpt_oss_mlp";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "gpt_oss",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "swiglu_alpha", config.number("alpha"),
        "swiglu_limit", config.number("limit"),
        "hidden_act", "silu");
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> write("model.layers.1.mlp.", tensors),
            tensors -> write("layers.1.mlp.", tensors)));
  }

  private static void write(String mlp, CaseTensors tensors) {
    tensors
        .whole("router_weight", mlp + "router.weight")
        .whole("router_bias", mlp + "router.bias")
        .whole("experts_gate_up_proj", mlp + "experts.gate_up_proj")
        .whole("experts_gate_up_proj_bias", mlp + "experts.gate_up_proj_bias")
        .whole("experts_down_proj", mlp + "experts.down_proj")
        .whole("experts_down_proj_bias", mlp + "experts.down_proj_bias");
  }
}
