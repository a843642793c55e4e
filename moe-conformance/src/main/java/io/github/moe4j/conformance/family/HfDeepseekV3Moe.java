package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.ExpertGroups.Outside;

/** {@code DeepseekV3MoE} of Hugging Face: experts of unselected groups are never chosen. */
final class HfDeepseekV3Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_deepseek_v3_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    HfDeepseekBlock.run(
        reference, comparison, HfDeepseekBlock.v3(reference, Outside.NEGATIVE_INFINITY));
  }
}
