package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the Mixture-of-Experts blocks of Hugging Face share: a linear gate, no capacity, and the loss
 * of {@link HfLoadBalancingLoss}, which takes its own softmax and top-k of the raw logits, however the
 * block routes.
 */
final class HfBlock {
  private static final SwitchLoss AUX =
      new SwitchLoss(1, SwitchLoss.Counting.PER_TOKEN, LossScope.ALL_LAYERS);

  private HfBlock() {}

  /** The tokens of a case [T,D], in evaluation mode. */
  static TokenBatch input(ReferenceCase reference) {
    CaseConfig config = reference.config();
    CaseTensor hidden = reference.input(
        "hidden_states",
        config.integer("batch", -1),
        config.integer("sequence", -1),
        config.integer("d", -1));
    return TokenBatch.evaluation(hidden.rows()).differentiable();
  }

  /** A router by a linear gate without bias and a rule. */
  static GatedRouter router(ReferenceCase reference, RoutingRule rule) {
    int experts = reference.config().size("num_experts");
    return GatedRouter.of(
        LinearGate.of(reference.input("router_weight", experts, -1).array()), rule);
  }

  /** A layer by the usual names: gate, routed SwiGLU experts, and a shared one if the case has it. */
  static MoeLayer layer(ReferenceCase reference, RoutingRule rule) {
    Glu glu = Glu.of(Activations.of(reference.config()));
    MoeLayer.Builder layer =
        MoeLayer.builder(router(reference, rule), StackedExperts.HUGGING_FACE.of(reference, glu));
    return SharedExpert.HUGGING_FACE
        .addTo(layer, Activations.of(reference.config()), reference)
        .build();
  }

  /** A softmax rule, with the recorded experts where the choice of a token is open. */
  static RoutingRule replayed(ReferenceCase reference, TopK rule) {
    return RecordedChoice.of(rule, reference, "router_logits", "topk_indices");
  }

  /** The loss's own choice, for blocks that route otherwise. */
  static TopK lossRule(ReferenceCase reference) {
    return TopK.unnormalized(reference.config().size("top_k"));
  }

  /** Compares a case with a {@linkplain #layer layer by the usual names}. */
  static void compare(
      ReferenceCase reference, Comparison comparison, RoutingRule rule, RoutingRule lossRule) {
    Gradients gradients = run(reference, comparison, layer(reference, rule), lossRule);
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
    SharedExpert.HUGGING_FACE.compareGradients(gradients, comparison);
  }

  /**
   * Compares outputs, losses and the gradients of tokens and gate.
   *
   * @param lossRule whose choice the loss counts
   * @return the gradients of the layer, those of the experts still to be compared
   */
  static Gradients run(
      ReferenceCase reference, Comparison comparison, MoeLayer layer, RoutingRule lossRule) {
    return run(reference, comparison, layer, input(reference), lossRule);
  }

  /** The same for an input of its own. */
  static Gradients run(
      ReferenceCase reference,
      Comparison comparison,
      MoeLayer layer,
      TokenBatch input,
      RoutingRule lossRule) {
    try (ObjectivePass pass = ObjectivePass.forward(layer, input, reference)) {
      RouterDecision decision = pass.decision();
      LossValue aux = aux(decision, input, lossRule);
      pass.add(reference.config().number("aux_coefficient", 0), aux);
      comparison.output("router_logits", decision.requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", decision.assignments());
      comparison.output("output", pass.output());
      comparison.output("aux_loss", aux.value());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", gradients.parameters().get("router.weight"));
      return gradients.parameters();
    }
  }

  /** Gives the arrays of a {@linkplain #layer layer}, or their gradients, by the names of the case. */
  static void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
    visitor.accept("router_weight", ofLayer.get("router.weight"));
    StackedExperts.HUGGING_FACE.visit(ofLayer, visitor);
    SharedExpert.HUGGING_FACE.visit(ofLayer, visitor);
  }

  /** The auxiliary loss of the logits of a decision, with a gradient of those logits. */
  static LossValue aux(RouterDecision decision, TokenBatch input, RoutingRule lossRule) {
    RuleCasePass counted = RuleCasePass.of(lossRule, decision.requireLogits("router"), input);
    LossValue loss = AUX.evaluate(counted.decision());
    double[] dLogits = counted.gradient(loss.gradient());
    return new LossValue(loss.value(), List.of(RoutingGradient.ofLogits(dLogits)));
  }
}
