package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
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
            tensors -> write("layers.1.mlp.", tensors),
            tensors -> apart("model.layers.1.mlp.", "experts.{}.", tensors),
            tensors -> apart("model.layers.1.mlp.", "experts.", tensors),
            tensors -> unsloth("model.layers.1.mlp.", tensors)));
  }

  /** Gate and up in turn in one tensor of each expert, multiplied from the left. */
  private static void unsloth(String mlp, CaseTensors tensors) {
    CaseConfig config = tensors.reference().config();
    int e = config.integer("num_experts");
    int d = config.integer("d");
    int h = config.integer("f");
    CaseTensor gateUp = tensors.reference().input("experts_gate_up_proj");
    CaseTensor gateUpBias = tensors.reference().input("experts_gate_up_proj_bias");
    CaseTensor down = tensors.reference().input("experts_down_proj");
    CaseTensor downBias = tensors.reference().input("experts_down_proj_bias");
    String pair = mlp + "experts.gate_up_projs.{}.";
    String name = mlp + "experts.down_projs.{}.";
    tensors
        .whole("router_weight", mlp + "router.linear.weight")
        .whole("router_bias", mlp + "router.linear.bias")
        .cells(pair + "weight", e, 2 * h, d, (x, o, i) -> gateUp.get((x * d + i) * 2 * h + o))
        .biases(pair + "bias", e, 2 * h, (x, o, i) -> gateUpBias.get(x * 2 * h + o))
        .cells(name + "weight", e, d, h, (x, o, i) -> down.get((x * h + i) * d + o))
        .biases(name + "bias", e, d, (x, o, i) -> downBias.get(x * d + o));
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

  /** Gate and up apart, multiplied from the left: of each expert, or of all. */
  private static void apart(String mlp, String experts, CaseTensors tensors) {
    CaseConfig config = tensors.reference().config();
    int e = config.integer("num_experts");
    int d = config.integer("d");
    int h = config.integer("f");
    CaseTensor gateUp = tensors.reference().input("experts_gate_up_proj");
    CaseTensor gateUpBias = tensors.reference().input("experts_gate_up_proj_bias");
    CaseTensor down = tensors.reference().input("experts_down_proj");
    CaseTensor downBias = tensors.reference().input("experts_down_proj_bias");
    String name = mlp + experts;
    tensors
        .whole("router_weight", mlp + "router.weight")
        .whole("router_bias", mlp + "router.bias")
        .cells(
            name + "gate_proj.weight",
            e,
            h,
            d,
            (x, o, i) -> gateUp.get((x * d + i) * 2 * h + 2 * o))
        .cells(
            name + "up_proj.weight",
            e,
            h,
            d,
            (x, o, i) -> gateUp.get((x * d + i) * 2 * h + 2 * o + 1))
        .cells(name + "down_proj.weight", e, d, h, (x, o, i) -> down.get((x * h + i) * d + o))
        .biases(name + "gate_proj.bias", e, h, (x, o, i) -> gateUpBias.get((x * h + o) * 2))
        .biases(name + "up_proj.bias", e, h, (x, o, i) -> gateUpBias.get((x * h + o) * 2 + 1))
        .biases(name + "down_proj.bias", e, d, (x, o, i) -> downBias.get(x * d + o));
  }
}
