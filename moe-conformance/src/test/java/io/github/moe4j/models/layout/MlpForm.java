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

  static CaseTensors shared(String expert, CaseTensors tensors) {
    return tensors
        .optional("shared_gate_proj", expert + ".gate_proj.weight")
        .optional("shared_up_proj", expert + ".up_proj.weight")
        .optional("shared_down_proj", expert + ".down_proj.weight");
  }
}
