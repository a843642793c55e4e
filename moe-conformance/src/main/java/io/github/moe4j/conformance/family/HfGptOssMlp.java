package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.LinearGate;

/**
 * {@code GptOssMLP} of Hugging Face. Its experts multiply from the right: gate and up in turn along
 * the last axis of [E,D,2H], down [E,H,D].
 */
final class HfGptOssMlp implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_gpt_oss_mlp";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference), TokenBatch.evaluation(hidden.rows()).differentiable(), reference)) {
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      compareGradients(pass.backward(), comparison);
    }
  }

  private static void compareGradients(MoeGradients gradients, Comparison comparison) {
    Gradients parameters = gradients.parameters();
    comparison.gradient("hidden_states", gradients.dx());
    comparison.gradient("router_weight", parameters.get("router.weight"));
    comparison.gradient("router_bias", parameters.get("router.bias"));
    comparison.gradient(
        "experts_gate_up_proj",
        WeightLayouts.transposed(GptOssExperts.gateUpGradient(parameters, "weight")));
    comparison.gradient(
        "experts_gate_up_proj_bias", GptOssExperts.gateUpGradient(parameters, "bias"));
    comparison.gradient(
        "experts_down_proj", WeightLayouts.transposed(parameters.get("experts.down.weight")));
    comparison.gradient("experts_down_proj_bias", parameters.get("experts.down.bias"));
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    return GptOssExperts.layer(
        config,
        LinearGate.of(
            reference.input("router_weight", experts, -1).array(),
            reference.input("router_bias", experts).array()),
        WeightLayouts.transposed(
            reference.input("experts_gate_up_proj", experts, -1, -1).array()),
        reference.input("experts_gate_up_proj_bias", experts, -1).array(),
        WeightLayouts.transposed(
            reference.input("experts_down_proj", experts, -1, -1).array()),
        reference.input("experts_down_proj_bias", experts, -1).array());
  }
}
