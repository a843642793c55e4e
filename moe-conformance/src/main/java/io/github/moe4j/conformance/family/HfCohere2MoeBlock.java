package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code Cohere2MoeSparseMoeBlock} of Hugging Face: a softmax over the chosen logits, or their
 * sigmoids; and shared experts that are added to the routed sum or averaged with it.
 */
final class HfCohere2MoeBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_cohere2_moe_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    Gradients gradients =
        HfBlock.run(reference, comparison, layer(reference), HfBlock.lossRule(reference));
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
    SharedExpert.HUGGING_FACE.compareGradients(gradients, comparison);
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Glu glu = Glu.of(Activations.of(config));
    Experts routed = StackedExperts.HUGGING_FACE.of(reference, glu);
    if (config.integer("num_shared_experts") == 0) {
      return MoeLayer.of(HfBlock.router(reference, rule(reference)), routed);
    }
    double share = share(config);
    Experts shared = SharedExpert.HUGGING_FACE.network(glu, reference);
    return MoeLayer.builder(
            HfBlock.router(reference, rule(reference)), ScaledOutput.of(routed, share))
        .sharedExpert(DenseFeedForward.of(ScaledOutput.of(shared, share)))
        .build();
  }

  /** What the routed sum and the shared output are multiplied by. */
  private static double share(CaseConfig config) {
    String strategy = config.text("shared_expert_combination_strategy");
    return switch (strategy) {
      case "sum" -> 1;
      case "average" -> 0.5;
      default ->
        throw new UnsupportedCaseException(
            "config shared_expert_combination_strategy is " + strategy);
    };
  }

  private static RoutingRule rule(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int k = config.size("top_k");
    String selection = config.text("expert_selection_fn");
    return switch (selection) {
      case "softmax" -> HfBlock.replayed(reference, TopK.softmaxAfter(k));
      case "sigmoid" ->
        new TopK(
            k,
            ScoreFunction.SIGMOID,
            config.flag("norm_topk_prob") ? TopKNormalization.sum() : TopKNormalization.none(),
            1);
      default -> throw new UnsupportedCaseException("config expert_selection_fn is " + selection);
    };
  }
}
