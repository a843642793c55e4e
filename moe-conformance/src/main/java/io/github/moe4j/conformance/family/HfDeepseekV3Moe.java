package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code DeepseekV3MoE} of Hugging Face, in which releases differ in one thing, and the blocks of
 * other models with its text: DeepSeek-V3.2, GLM-4 MoE, dots1.
 *
 * @param name of the family
 * @param outside what the selection scores of unselected groups become
 */
record HfDeepseekV3Moe(String name, Outside outside) implements ReferenceFamily {
  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    DeepSeekV3 rule = rule(reference, bias(reference), outside);
    HfBlock.compare(reference, comparison, rule, HfBlock.lossRule(reference));
  }

  private static ExpertBias bias(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    return ExpertBias.of(reference.input("e_score_correction_bias", experts).values());
  }

  /** The rule of a case. */
  static DeepSeekV3 rule(ReferenceCase reference, ExpertBias bias, Outside outside) {
    CaseConfig config = reference.config();
    return new DeepSeekV3(topK(config, ScoreFunction.SIGMOID), bias, groups(config, outside));
  }

  /** Weights divided by their sum if {@code norm_topk_prob} says so, times the factor. */
  static TopK topK(CaseConfig config, ScoreFunction scores) {
    return new TopK(
        config.size("top_k"),
        scores,
        config.flag("norm_topk_prob") ? TopKNormalization.sum(1e-20) : TopKNormalization.none(),
        config.number("routed_scaling_factor"));
  }

  /** Groups by the sum of their two best. */
  static ExpertGroups groups(CaseConfig config, Outside outside) {
    int groups = config.size("n_group");
    int kept = config.size("topk_group");
    if (kept * (config.size("num_experts") / groups) < config.size("top_k")) {
      throw new UnsupportedCaseException(
          "config topk_group leaves fewer than top_k experts, so that the choice is open");
    }
    return groups == 1 ? ExpertGroups.none() : new ExpertGroups(groups, kept, 2, outside);
  }
}
