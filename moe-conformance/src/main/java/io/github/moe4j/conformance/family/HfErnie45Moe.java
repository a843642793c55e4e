package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code Ernie4_5_MoeSparseMoeBlock} of Hugging Face: chosen by a softmax plus a bias, weighed by the
 * softmax over its sum, which counts as {@code moe_norm_min} at least; a shared expert, with biases if
 * {@code use_bias}.
 */
final class HfErnie45Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_ernie4_5_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    TopK weights = new TopK(
        config.size("top_k"),
        ScoreFunction.SOFTMAX,
        TopKNormalization.sumAtLeast(config.number("moe_norm_min")),
        1);
    DeepSeekV3 rule = new DeepSeekV3(
        weights,
        ExpertBias.of(reference.input("e_score_correction_bias", experts).values()),
        ExpertGroups.none());
    HfBlock.compare(reference, comparison, rule, HfBlock.lossRule(reference));
  }
}
