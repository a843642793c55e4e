package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code MiniMaxM3VLSparseMoeBlock} of Hugging Face: the routing of MiniMax-M2, the activation of
 * gpt-oss in routed and shared experts, and a factor on the routed sum alone.
 */
final class HfMinimaxM3Moe implements ReferenceFamily {
  private static final StackedShared SHARED =
      new StackedShared("shared_gate_up_proj", "shared_down_proj");

  @Override
  public String name() {
    return "hf_minimax_m3_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    DeepSeekV3 rule = new DeepSeekV3(
        new TopK(config.size("top_k"), ScoreFunction.SIGMOID, TopKNormalization.sum(), 1),
        ExpertBias.of(reference.input("e_score_correction_bias", experts).values()),
        ExpertGroups.none());
    Glu glu =
        Glu.of(new ClampedSwiGlu(config.number("swiglu_alpha"), config.number("swiglu_limit")));
    MoeLayer layer = MoeLayer.builder(
            HfBlock.router(reference, rule),
            ScaledOutput.of(
                StackedExperts.HUGGING_FACE.of(reference, glu),
                config.number("routed_scaling_factor")))
        .sharedExpert(SHARED.of(reference, glu))
        .build();
    Gradients gradients = HfBlock.run(reference, comparison, layer, HfBlock.lossRule(reference));
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
    SHARED.compareGradients(gradients, comparison);
  }
}
