package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.jspecify.annotations.Nullable;

/**
 * The block that Mixtral, OLMoE and Qwen2-MoE share in Hugging Face: softmax, top-k, gated experts,
 * no capacity, and the loss of {@link HfLoadBalancingLoss}.
 */
final class HfSparseBlock {
  private static final SwitchLoss AUX =
      new SwitchLoss(1, SwitchLoss.Counting.PER_TOKEN, LossScope.ALL_LAYERS);

  private HfSparseBlock() {}

  /**
   * Compares the routed part of a case.
   *
   * @param renormalize whether the chosen probabilities are divided by their sum
   * @param shared a shared expert, or null
   * @return the gradients, those of the shared expert still to be compared
   */
  static Gradients run(
      ReferenceCase reference,
      Comparison comparison,
      boolean renormalize,
      @Nullable FeedForward shared) {
    CaseConfig config = reference.config();
    config.requireZero("router_jitter_noise", "jitter draws random numbers");
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference, renormalize, shared),
        TokenBatch.evaluation(hidden.rows()).differentiable(),
        reference)) {
      LossValue aux = AUX.evaluate(pass.decision());
      pass.add(config.number("aux_coefficient", 0), aux);
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.output());
      comparison.output("aux_loss", aux.value());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      GateUp gateUp =
          new GateUp(parameters.get("experts.gate.weight"), parameters.get("experts.up.weight"));
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      comparison.gradient("experts_gate_up_proj", gateUp.joined());
      comparison.gradient("experts_down_proj", parameters.get("experts.down.weight"));
      return parameters;
    }
  }

  private static MoeLayer layer(
      ReferenceCase reference, boolean renormalize, @Nullable FeedForward shared) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    int k = config.size("top_k");
    TopK topK = renormalize ? TopK.of(k) : TopK.unnormalized(k);
    GateUp gateUp = GateUp.split(reference.input("experts_gate_up_proj", experts, -1, -1));
    MoeLayer.Builder layer = MoeLayer.builder(
        GatedRouter.of(
            LinearGate.of(reference.input("router_weight", experts, -1).array()),
            RecordedChoice.of(topK, reference, "router_logits", "topk_indices")),
        GluExperts.of(
            Activations.of(config),
            gateUp.gate(),
            null,
            gateUp.up(),
            null,
            reference.input("experts_down_proj", experts, -1, -1).array(),
            null));
    return (shared == null ? layer : layer.sharedExpert(shared)).build();
  }
}
