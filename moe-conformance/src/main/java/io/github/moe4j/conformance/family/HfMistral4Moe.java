package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.ScoreFunction;

/**
 * {@code Mistral4MoE} of Hugging Face: the block of DeepSeek-V3, but by a softmax, without a
 * selection bias, and with scores of 0 outside the selected groups.
 */
final class HfMistral4Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_mistral4_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    DeepSeekV2 rule = new DeepSeekV2(
        HfDeepseekV3Moe.topK(config, ScoreFunction.SOFTMAX),
        HfDeepseekV3Moe.groups(config, Outside.ZERO));
    HfBlock.compare(reference, comparison, rule, HfBlock.lossRule(reference));
  }
}
