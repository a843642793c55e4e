package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code Llama4TextMoe} of Hugging Face: sigmoid weights that multiply what experts read, and a
 * shared expert. The code runs every expert on every token, but those of weight 0 give nothing.
 */
final class HfLlama4Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_llama4_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TokenBatch input =
        TokenBatch.evaluation(reference.input("hidden_states").rows()).differentiable();
    try (ObjectivePass pass = ObjectivePass.forward(layer(reference), input, reference)) {
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.output("router_scores", Scattered.weights(pass.decision().assignments()));
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      INDArray gateUp = WeightLayouts.joined(
          parameters.get("experts.gate.weight"), parameters.get("experts.up.weight"));
      comparison.gradient("experts_gate_up_proj", WeightLayouts.transposed(gateUp));
      comparison.gradient(
          "experts_down_proj", WeightLayouts.transposed(parameters.get("experts.down.weight")));
      SharedExpert.HUGGING_FACE.compareGradients(parameters, comparison);
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    INDArray gateUp = WeightLayouts.transposed(
        reference.input("experts_gate_up_proj", experts, -1, -1).array());
    MoeLayer.Builder layer = MoeLayer.builder(
            GatedRouter.of(
                LinearGate.of(reference.input("router_weight", experts, -1).array()),
                TopK.sigmoid(config.size("top_k"))),
            GluExperts.of(
                Activations.of(config),
                WeightLayouts.half(gateUp, 0),
                null,
                WeightLayouts.half(gateUp, 1),
                null,
                WeightLayouts.transposed(
                    reference.input("experts_down_proj", experts, -1, -1).array()),
                null))
        .weightAt(WeightAt.INPUT);
    return SharedExpert.HUGGING_FACE
        .addTo(layer, Activations.of(config), reference)
        .build();
  }
}
