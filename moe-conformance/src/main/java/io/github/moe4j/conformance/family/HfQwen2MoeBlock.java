package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.experts.GluExperts;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code Qwen2MoeSparseMoeBlock} of Hugging Face: OLMoE's block plus a shared SwiGLU expert whose
 * output is multiplied by {@code sigmoid(x·shared_expert_gateᵀ)}, one number per token.
 */
final class HfQwen2MoeBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_qwen2_moe_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    boolean renormalize = reference.config().flag("norm_topk_prob");
    Gradients gradients =
        HfSparseBlock.run(reference, comparison, renormalize, shared(reference)).part("shared");
    comparison.gradient("shared_gate_proj", gradients.get("network.gate.weight"));
    comparison.gradient("shared_up_proj", gradients.get("network.up.weight"));
    comparison.gradient("shared_down_proj", gradients.get("network.down.weight"));
    comparison.gradient("shared_expert_gate", gradients.get("gate.weight"));
  }

  private static FeedForward shared(ReferenceCase reference) {
    int width = reference.config().size("shared_f");
    return DenseFeedForward.gated(
        GluExperts.of(
            Activations.of(reference.config()),
            stackOfOne(reference.input("shared_gate_proj", width, -1)),
            null,
            stackOfOne(reference.input("shared_up_proj", width, -1)),
            null,
            stackOfOne(reference.input("shared_down_proj", -1, width)),
            null),
        reference.input("shared_expert_gate", 1, -1).array());
  }

  private static INDArray stackOfOne(CaseTensor matrix) {
    return matrix.array(1, matrix.size(0), matrix.size(1));
  }
}
