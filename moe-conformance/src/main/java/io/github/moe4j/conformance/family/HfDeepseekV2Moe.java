package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.TopK;

/**
 * {@code DeepseekV2Moe} of Hugging Face: softmax, plain or group-limited top-k, weights times a
 * factor and never renormalized.
 */
final class HfDeepseekV2Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_deepseek_v2_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    TopK topK =
        TopK.unnormalized(config.size("top_k")).withScale(config.number("routed_scaling_factor"));
    HfBlock.compare(
        reference, comparison, new DeepSeekV2(topK, groups(config)), HfBlock.lossRule(reference));
  }

  private static ExpertGroups groups(CaseConfig config) {
    return switch (config.text("topk_method")) {
      case "greedy" -> ExpertGroups.none();
      case "group_limited_greedy" ->
        new ExpertGroups(config.size("n_group"), config.size("topk_group"), 1, Outside.ZERO);
      default ->
        throw new UnsupportedCaseException("config topk_method is " + config.text("topk_method"));
    };
  }
}
