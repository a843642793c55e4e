package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;

/**
 * {@code MoeLayer} of mistral-inference: softmax over the k chosen logits; expert {@code
 * w2(act(w1·x) ⊙ w3·x)}, so w1 is the gate, w3 is up and w2 is down.
 */
final class MistralInferenceMoe implements ReferenceFamily {
  @Override
  public String name() {
    return "mistral_inference_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TokenBatch input =
        TokenBatch.evaluation(reference.input("inputs", -1, -1).array()).differentiable();
    try (ObjectivePass pass = ObjectivePass.forward(layer(reference), input, reference)) {
      comparison.output("gate_logits", pass.decision().requireLogits("router").toArray());
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("inputs", gradients.dx());
      comparison.gradient("gate_weight", parameters.get("router.weight"));
      comparison.gradient("w1", parameters.get("experts.gate.weight"));
      comparison.gradient("w2", parameters.get("experts.down.weight"));
      comparison.gradient("w3", parameters.get("experts.up.weight"));
      Ties.skipIfOpen(
          comparison,
          pass.decision().requireLogits("router"),
          input.mask(),
          reference.config().size("top_k"));
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    return MoeLayer.of(
        GatedRouter.of(
            LinearGate.of(reference.input("gate_weight", experts, -1).array()),
            TopK.softmaxAfter(config.size("top_k"))),
        GluExperts.of(
            Activations.of(config),
            reference.input("w1", experts, -1, -1).array(),
            null,
            reference.input("w3", experts, -1, -1).array(),
            null,
            reference.input("w2", experts, -1, -1).array(),
            null));
  }
}
