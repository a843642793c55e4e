package io.github.moe4j.models.layout;

/** Names that many models share. */
final class MlpForm {
  private MlpForm() {}

  static CaseTensors perExpert(String mlp, CaseTensors tensors) {
    return tensors
        .whole("router_weight", mlp + "gate.weight")
        .perExpertHalf("experts_gate_up_proj", 0, mlp + "experts.{}.gate_proj.weight")
        .perExpertHalf("experts_gate_up_proj", 1, mlp + "experts.{}.up_proj.weight")
        .perExpert("experts_down_proj", mlp + "experts.{}.down_proj.weight");
  }

  static CaseTensors fused(String mlp, CaseTensors tensors) {
    return tensors
        .whole("router_weight", mlp + "gate.weight")
        .whole("experts_gate_up_proj", mlp + "experts.gate_up_proj")
        .whole("experts_down_proj", mlp + "experts.down_proj");
  }

  /** Experts with Mixtral's names. */
  static CaseTensors mixtral(String experts, CaseTensors tensors) {
    return tensors
        .perExpertHalf("experts_gate_up_proj", 0, experts + ".{}.w1.weight")
        .perExpertHalf("experts_gate_up_proj", 1, experts + ".{}.w3.weight")
        .perExpert("experts_down_proj", experts + ".{}.w2.weight");
  }

  /** Experts with the usual names. */
  static CaseTensors projections(String experts, CaseTensors tensors) {
    return tensors
        .perExpertHalf("experts_gate_up_proj", 0, experts + ".{}.gate_proj.weight")
        .perExpertHalf("experts_gate_up_proj", 1, experts + ".{}.up_proj.weight")
        .perExpert("experts_down_proj", experts + ".{}.down_proj.weight");
  }

  /** Experts in two tensors of all. */
  static CaseTensors stacked(String experts, CaseTensors tensors) {
    return tensors
        .whole("experts_gate_up_proj", experts + ".gate_up_proj")
        .whole("experts_down_proj", experts + ".down_proj");
  }

  /** The same, multiplied from the right. */
  static CaseTensors transposed(String experts, CaseTensors tensors) {
    return tensors
        .transposed("experts_gate_up_proj", experts + ".gate_up_proj")
        .transposed("experts_down_proj", experts + ".down_proj");
  }

  /** Experts in three tensors of all, as MLX keeps them. */
  static CaseTensors mlx(String experts, CaseTensors tensors) {
    return tensors
        .stackedHalf("experts_gate_up_proj", 0, experts + ".gate_proj.weight")
        .stackedHalf("experts_gate_up_proj", 1, experts + ".up_proj.weight")
        .whole("experts_down_proj", experts + ".down_proj.weight");
  }

  static CaseTensors shared(String expert, CaseTensors tensors) {
    return tensors
        .optional("shared_gate_proj", expert + ".gate_proj.weight")
        .optional("shared_up_proj", expert + ".up_proj.weight")
        .optional("shared_down_proj", expert + ".down_proj.weight");
  }
}
