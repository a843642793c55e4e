package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.ExpertGroups.Outside;

/**
 * {@code DeepseekV3MoE} of Hugging Face 4.56: experts of unselected groups have selection score 0,
 * and win where a negative bias puts all others below it.
 */
final class HfDeepseekV3MoeV456 implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_deepseek_v3_moe_v456";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    HfDeepseekBlock.run(reference, comparison, HfDeepseekBlock.v3(reference, Outside.ZERO));
  }
}
