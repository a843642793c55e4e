package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code MoE} and {@code Gate} of DeepSeek-V3's own inference code: experts {@code w2(silu(w1·x) ⊙
 * w3·x)}, groups scored by their best expert, or by their two best if there is a bias, and sigmoid
 * weights divided by their sum without epsilon.
 */
final class DeepseekV3InferenceMoe implements ReferenceFamily {
  private static final SharedExpert SHARED =
      new SharedExpert("shared_w1", "shared_w3", "shared_w2");

  @Override
  public String name() {
    return "deepseek_v3_inference_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TokenBatch input = TokenBatch.evaluation(reference.input("x").rows()).differentiable();
    try (MoePass pass = layer(reference).forward(input)) {
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.y());
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    MoeLayer.Builder layer = MoeLayer.builder(
        GatedRouter.of(
            LinearGate.of(reference.input("gate_weight", experts, -1).array()), rule(reference)),
        GluExperts.of(
            Activations.of(config),
            reference.input("experts_w1", experts, -1, -1).array(),
            null,
            reference.input("experts_w3", experts, -1, -1).array(),
            null,
            reference.input("experts_w2", experts, -1, -1).array(),
            null));
    return SHARED.addTo(layer, Activations.of(config), reference).build();
  }

  private static DeepSeekV3 rule(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    boolean biased = config.flag("gate_bias");
    int groups = config.size("n_expert_groups");
    return new DeepSeekV3(
        topK(config),
        biased
            ? ExpertBias.of(reference.input("gate_bias", experts).values())
            : ExpertBias.zeros(experts),
        groups == 1
            ? ExpertGroups.none()
            : new ExpertGroups(
                groups,
                config.size("n_limited_groups"),
                biased ? 2 : 1,
                Outside.NEGATIVE_INFINITY));
  }

  private static TopK topK(CaseConfig config) {
    int k = config.size("top_k");
    double scale = config.number("route_scale");
    return switch (config.text("score_func")) {
      case "softmax" -> new TopK(k, ScoreFunction.SOFTMAX, TopKNormalization.none(), scale);
      case "sigmoid" -> new TopK(k, ScoreFunction.SIGMOID, TopKNormalization.sum(), scale);
      default ->
        throw new UnsupportedCaseException("config score_func is " + config.text("score_func"));
    };
  }
}
