package io.github.moe4j.models.layout;

import io.github.moe4j.routing.TopK;

/** The rule that Qwen's and OLMoE's models share. */
final class SoftmaxTopK {
  private SoftmaxTopK() {}

  /** The largest softmax probabilities, divided by their sum if {@code norm_topk_prob} says so. */
  static TopK of(ModelConfig config, int defaultK, boolean isNormalized, BlockSizes sizes) {
    int k = sizes.choices(config, "num_experts_per_tok", defaultK);
    return config.flag("norm_topk_prob", isNormalized) ? TopK.of(k) : TopK.unnormalized(k);
  }
}
