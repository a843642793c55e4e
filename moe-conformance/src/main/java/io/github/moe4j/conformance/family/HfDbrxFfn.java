package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code DbrxFFN} of Hugging Face: softmax probabilities over their p-norm, and experts {@code
 * (silu(x·w1ᵀ) ⊙ x·v1ᵀ)·w2}, all three arrays [E·H,D].
 */
final class HfDbrxFfn implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_dbrx_ffn";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    reference.config().requireZero("moe_jitter_eps", "jitter draws random numbers");
    RoutingRule rule = HfBlock.replayed(reference, topK(reference.config()));
    MoeLayer layer = MoeLayer.of(HfBlock.router(reference, rule), experts(reference));
    Gradients gradients = HfBlock.run(reference, comparison, layer, rule);
    comparison.gradient("w1", gradients.get("experts.gate.weight"));
    comparison.gradient("v1", gradients.get("experts.up.weight"));
    comparison.gradient("w2", WeightLayouts.transposed(gradients.get("experts.down.weight")));
  }

  private static TopK topK(CaseConfig config) {
    int k = config.size("top_k");
    if (!config.isSet("moe_normalize_expert_weights")) {
      return TopK.unnormalized(k);
    }
    double p = config.number("moe_normalize_expert_weights");
    if (p < 1) {
      throw new UnsupportedCaseException(
          "config moe_normalize_expert_weights is " + p + ", which is no norm");
    }
    return new TopK(k, ScoreFunction.SOFTMAX, TopKNormalization.norm(p), 1);
  }

  private static GluExperts experts(ReferenceCase reference) {
    return GluExperts.of(
        Activations.of(reference.config()),
        stacked(reference, "w1"),
        null,
        stacked(reference, "v1"),
        null,
        WeightLayouts.transposed(stacked(reference, "w2")),
        null);
  }

  /** An array [E·H,D] as [E,H,D]. */
  private static INDArray stacked(ReferenceCase reference, String name) {
    int experts = reference.config().size("num_experts");
    int hidden = reference.config().size("f");
    var rows = reference.input(name, (long) experts * hidden, -1);
    return rows.array(experts, hidden, rows.size(1));
  }
}
