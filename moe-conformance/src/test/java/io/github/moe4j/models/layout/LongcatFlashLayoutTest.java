package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class LongcatFlashLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_longcat_flash_moe";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "longcat_flash",
        "num_layers", 2,
        "hidden_size", config.integer("d"),
        "expert_ffn_hidden_size", config.integer("f"),
        "n_routed_experts", config.integer("n_routed_experts"),
        "zero_expert_num", config.integer("zero_expert_num"),
        "zero_expert_type", config.text("zero_expert_type"),
        "moe_topk", config.integer("top_k"),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1),
        List.of(
            tensors -> write(tensors),
            tensors -> fused(tensors, false),
            tensors -> fused(tensors, true)));
  }

  /** Two tensors of the experts with weights, multiplied from the left or the right. */
  private static void fused(CaseTensors tensors, boolean isTurned) {
    String mlp = "model.layers.1.mlp.";
    CaseConfig config = tensors.reference().config();
    int e = config.integer("n_routed_experts");
    int d = config.integer("d");
    int h = config.integer("f");
    CaseTensor pair = tensors.reference().input("experts_gate_up_proj");
    CaseTensor down = tensors.reference().input("experts_down_proj");
    CaseTensors.Cell pairs = (x, o, i) -> pair.get((x * 2 * h + o) * d + i);
    CaseTensors.Cell downs = (x, o, i) -> down.get((x * d + o) * h + i);
    tensors
        .whole("router_weight", mlp + "router.classifier.weight")
        .whole("e_score_correction_bias", mlp + "router.e_score_correction_bias");
    if (isTurned) {
      tensors
          .cells(mlp + "experts.gate_up_proj", e, d, 2 * h, (x, i, o) -> pairs.at(x, o, i))
          .cells(mlp + "experts.down_proj", e, h, d, (x, i, o) -> downs.at(x, o, i));
    } else {
      tensors
          .cells(mlp + "experts.gate_up_proj", e, 2 * h, d, pairs)
          .cells(mlp + "experts.down_proj", e, d, h, downs);
    }
  }

  private static void write(CaseTensors tensors) {
    String mlp = "model.layers.1.mlp.";
    int networks = tensors.reference().config().integer("n_routed_experts");
    tensors
        .whole("router_weight", mlp + "router.classifier.weight")
        .whole("e_score_correction_bias", mlp + "router.e_score_correction_bias")
        .perExpertHalf("experts_gate_up_proj", 0, mlp + "experts.{}.gate_proj.weight", networks)
        .perExpertHalf("experts_gate_up_proj", 1, mlp + "experts.{}.up_proj.weight", networks)
        .perExpert("experts_down_proj", mlp + "experts.{}.down_proj.weight");
  }
}
