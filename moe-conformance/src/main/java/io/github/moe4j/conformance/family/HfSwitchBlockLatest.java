package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.Switch;

/**
 * {@code SwitchTransformersSparseMLP} of Hugging Face as refactored in 2026: Switch routing without
 * any dropping, since it counts positions along an axis of length 1, so that {@code
 * expert_capacity} has no effect.
 */
final class HfSwitchBlockLatest implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_switch_block_latest";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    config.requireZero("jitter", "jitter draws random numbers");
    if (config.integer("expert_capacity", 1) < 1) {
      throw new UnsupportedCaseException("config expert_capacity below 1 drops every token");
    }
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference), TokenBatch.evaluation(hidden.rows()).differentiable(), reference)) {
      Assignments chosen = pass.decision().assignments();
      comparison.output("router_probs_max", chosen.weights());
      comparison.output("selected_experts_one_hot", Scattered.map(chosen));
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      if (parameters.names().contains("router.bias")) {
        comparison.gradient("router_bias", parameters.get("router.bias"));
      }
      comparison.gradient("experts_wi", parameters.get("experts.up.weight"));
      comparison.gradient("experts_wo", parameters.get("experts.down.weight"));
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    CaseTensor weight = reference.input("router_weight", experts, -1);
    LinearGate gate = reference
        .optionalInput("router_bias")
        .map(bias -> LinearGate.of(weight.array(), bias.array()))
        .orElseGet(() -> LinearGate.of(weight.array()));
    return MoeLayer.of(
        GatedRouter.of(gate, new Switch()),
        FfnExperts.of(
            Activations.of(config),
            reference.input("experts_wi", experts, -1, -1).array(),
            null,
            reference.input("experts_wo", experts, -1, -1).array(),
            null));
  }
}
