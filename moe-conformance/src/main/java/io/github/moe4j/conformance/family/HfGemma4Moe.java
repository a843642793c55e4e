package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.routing.ExpertScale;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NormalizedGate;
import io.github.moe4j.routing.TopK;

/**
 * {@code Gemma4TextRouter} and {@code Gemma4TextExperts} of Hugging Face, which read two normalizations
 * of the same tokens; a factor for each expert on weights that sum to 1.
 */
final class HfGemma4Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_gemma4_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    try (ObjectivePass pass =
        ObjectivePass.forward(layer(reference), HfBlock.input(reference), reference)) {
      comparison.output(
          "router_probabilities", pass.decision().requireProbabilities("router").toArray());
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_scale", parameters.get("router.norm.weight"));
      comparison.gradient("router_weight", parameters.get("router.weight"));
      comparison.gradient("per_expert_scale", parameters.get("router.rule.scale"));
      comparison.gradient("pre_norm_weight", parameters.get("experts.norm.weight"));
      StackedExperts.HUGGING_FACE.compareGradients(parameters, comparison);
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    NormalizedGate gate = NormalizedGate.gemma4(
        norm(reference, "router_scale"),
        LinearGate.of(reference.input("router_weight", experts, -1).array()));
    ExpertScale rule = ExpertScale.of(
        TopK.of(config.size("top_k")),
        reference.input("per_expert_scale", experts).array());
    Experts networks = StackedExperts.HUGGING_FACE.of(reference, Glu.of(Activations.of(config)));
    return MoeLayer.of(
        GatedRouter.of(gate, rule),
        NormalizedInput.of(norm(reference, "pre_norm_weight"), networks));
  }

  private static RmsNorm norm(ReferenceCase reference, String weight) {
    return RmsNorm.of(
        reference.input(weight, -1).array(), reference.config().number("rms_norm_eps"));
  }
}
