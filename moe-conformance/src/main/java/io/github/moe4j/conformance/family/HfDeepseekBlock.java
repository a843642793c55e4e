package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * The block that DeepSeek-V2 and V3 share in Hugging Face: routed and shared SwiGLU experts, no
 * capacity, no loss.
 */
final class HfDeepseekBlock {
  private HfDeepseekBlock() {}

  /** Compares a case of a block with the given rule. */
  static void run(ReferenceCase reference, Comparison comparison, RoutingRule rule) {
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference, rule), TokenBatch.evaluation(hidden.rows()).differentiable(), reference)) {
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      GateUp gateUp =
          new GateUp(parameters.get("experts.gate.weight"), parameters.get("experts.up.weight"));
      comparison.gradient("experts_gate_up_proj", gateUp.joined());
      comparison.gradient("experts_down_proj", parameters.get("experts.down.weight"));
      SharedExpert.HUGGING_FACE.compareGradients(parameters, comparison);
    }
  }

  /**
   * The rule of V3, whose releases differ in one thing.
   *
   * @param outside what the selection scores of unselected groups become
   */
  static DeepSeekV3 v3(ReferenceCase reference, Outside outside) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    int groups = config.size("n_group");
    TopK topK = new TopK(
        config.size("top_k"),
        ScoreFunction.SIGMOID,
        config.flag("norm_topk_prob") ? TopKNormalization.sum(1e-20) : TopKNormalization.none(),
        config.number("routed_scaling_factor"));
    return new DeepSeekV3(
        topK,
        ExpertBias.of(reference.input("e_score_correction_bias", experts).values()),
        groups == 1
            ? ExpertGroups.none()
            : new ExpertGroups(groups, config.size("topk_group"), 2, outside));
  }

  private static MoeLayer layer(ReferenceCase reference, RoutingRule rule) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    GateUp gateUp = GateUp.split(reference.input("experts_gate_up_proj", experts, -1, -1));
    MoeLayer.Builder layer = MoeLayer.builder(
        GatedRouter.of(
            LinearGate.of(reference.input("router_weight", experts, -1).array()), rule),
        GluExperts.of(
            Activations.of(config),
            gateUp.gate(),
            null,
            gateUp.up(),
            null,
            reference.input("experts_down_proj", experts, -1, -1).array(),
            null));
    return SharedExpert.HUGGING_FACE
        .addTo(layer, Activations.of(config), reference)
        .build();
  }
}
