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
import java.util.function.Function;

/**
 * Blocks of Hugging Face that choose by sigmoid scores plus a bias, without groups, and weigh by the
 * scores alone.
 *
 * @param name of the family
 * @param bias input with the selection bias [E]
 * @param weights how many experts, and their weights
 */
record HfBiasedBlock(String name, String bias, Function<CaseConfig, TopK> weights)
    implements ReferenceFamily {
  /** {@code AfmoeSparseMoeBlock}: over the sum plus 1e-20, times {@code route_scale}. */
  static HfBiasedBlock afmoe() {
    return new HfBiasedBlock(
        "hf_afmoe_block",
        "expert_bias",
        config -> sigmoid(config, TopKNormalization.sum(1e-20), config.number("route_scale")));
  }

  /** {@code MiniMaxM2SparseMoeBlock}: over the sum, without epsilon and factor. */
  static HfBiasedBlock minimaxM2() {
    return new HfBiasedBlock(
        "hf_minimax_m2_block",
        "e_score_correction_bias",
        config -> sigmoid(config, TopKNormalization.sum(), 1));
  }

  /** {@code Lfm2MoeSparseMoeBlock}: if {@code norm_topk_prob} over the sum plus 1e-6. */
  static HfBiasedBlock lfm2() {
    return new HfBiasedBlock(
        "hf_lfm2_moe_block",
        "expert_bias",
        config -> sigmoid(
            config,
            config.flag("norm_topk_prob") ? TopKNormalization.sum(1e-6) : TopKNormalization.none(),
            config.number("routed_scaling_factor")));
  }

  private static TopK sigmoid(CaseConfig config, TopKNormalization norm, double scale) {
    return new TopK(config.size("top_k"), ScoreFunction.SIGMOID, norm, scale);
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    config.requireZero("router_jitter_noise", "jitter draws random numbers");
    int experts = config.size("num_experts");
    ExpertBias added = config.flag("use_expert_bias", true)
        ? ExpertBias.of(reference.input(bias, experts).values())
        : ExpertBias.zeros(experts);
    DeepSeekV3 rule = new DeepSeekV3(weights.apply(config), added, ExpertGroups.none());
    HfBlock.compare(reference, comparison, rule, HfBlock.lossRule(reference));
  }
}
