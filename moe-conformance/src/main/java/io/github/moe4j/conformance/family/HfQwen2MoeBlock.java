package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.family.HfSoftmaxBlock.Renormalized;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.RoutingRule;

/**
 * {@code Qwen2MoeSparseMoeBlock} of Hugging Face and its successors in Qwen3-Next and Qwen3.5: the
 * block of {@link HfSoftmaxBlock} plus a shared SwiGLU expert whose output is multiplied by {@code
 * sigmoid(x·shared_expert_gateᵀ)}, one number per token.
 *
 * @param name of the family
 * @param renormalized whether chosen probabilities are divided by their sum
 */
record HfQwen2MoeBlock(String name, Renormalized renormalized) implements ReferenceFamily {
  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    RoutingRule rule = HfSoftmaxBlock.rule(reference, renormalized);
    Gradients gradients = HfBlock.run(reference, comparison, layer(reference, rule), rule);
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
    SharedExpert.HUGGING_FACE.compareGradients(gradients, comparison);
    comparison.gradient("shared_expert_gate", gradients.get("shared.gate.weight"));
  }

  private static MoeLayer layer(ReferenceCase reference, RoutingRule rule) {
    Glu glu = Glu.of(Activations.of(reference.config()));
    int width = reference.config().size("shared_f");
    reference.input("shared_gate_proj", width, -1);
    return MoeLayer.builder(
            HfBlock.router(reference, rule), StackedExperts.HUGGING_FACE.of(reference, glu))
        .sharedExpert(DenseFeedForward.gated(
            SharedExpert.HUGGING_FACE.network(glu, reference),
            reference.input("shared_expert_gate", 1, -1).array()))
        .build();
  }
}
