package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.Switch;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code SwitchTransformersSparseMLP} of Hugging Face: Switch routing, room for {@code
 * expert_capacity} tokens of each sequence in each expert, plain experts.
 *
 * <p>Its balance loss reads {@code expert_index}, the argmax of the mask after dropping, so a
 * dropped token counts for expert 0; see {@link HfSwitchLosses} for the loss itself.
 */
final class HfSwitchBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_switch_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    config.requireZero("jitter", "jitter draws random numbers");
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    TokenBatch input =
        TokenBatch.evaluation(hidden.rows()).differentiable().withSequenceLength(hidden.size(1));
    try (ObjectivePass pass = ObjectivePass.forward(layer(reference), input, reference)) {
      RouterDecision decision = pass.decision();
      int[] keptExpert = expertOfToken(pass.pass().plan().assignments());
      int[] expertIndex = Arrays.stream(keptExpert).map(e -> Math.max(e, 0)).toArray();
      LossValue balance = balance(decision, expertIndex);
      LossValue z = ZLoss.of(1).evaluate(decision);
      pass.add(config.number("balance_coefficient"), balance);
      pass.add(config.number("z_coefficient"), z);
      comparison.output("router_logits", decision.requireLogits("router").toArray());
      comparison.output("router_probs_max", decision.assignments().weights());
      comparison.output("router_mask", oneHot(keptExpert, decision.experts()));
      comparison.output(
          "expert_index", IntStream.of(expertIndex).asDoubleStream().toArray());
      comparison.output("output", pass.output());
      comparison.output("balance_loss", balance.value());
      comparison.output("z_loss", z.value());
      comparison.output("objective", pass.objective());
      compareGradients(pass.backward(), comparison);
    }
  }

  private static void compareGradients(MoeGradients gradients, Comparison comparison) {
    comparison.gradient("hidden_states", gradients.dx());
    visit(gradients.parameters(), comparison::gradient);
  }

  /** Gives the arrays of the layer, or their gradients, by the names of the case. */
  static void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
    visitor.accept("router_weight", ofLayer.get("router.weight"));
    if (ofLayer.names().contains("router.bias")) {
      visitor.accept("router_bias", ofLayer.get("router.bias"));
    }
    visitor.accept("experts_wi", ofLayer.get("experts.up.weight"));
    visitor.accept("experts_wo", ofLayer.get("experts.down.weight"));
  }

  /** The balance loss after dropping, for which a dropped token is one of expert 0. */
  static LossValue balance(RouterDecision decision, Assignments kept) {
    int[] expertIndex =
        Arrays.stream(expertOfToken(kept)).map(e -> Math.max(e, 0)).toArray();
    return balance(decision, expertIndex);
  }

  private static LossValue balance(RouterDecision decision, int[] expertIndex) {
    return HfSwitchLosses.BALANCE.evaluate(asIfChosen(decision, expertIndex)).unbound();
  }

  /** The layer of a case. */
  static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    int capacity = config.integer("expert_capacity");
    INDArray weight = reference.input("router_weight", experts, -1).array();
    LinearGate gate = config.flag("router_bias")
        ? LinearGate.of(weight, reference.input("router_bias", experts).array())
        : LinearGate.of(weight);
    FfnExperts networks = FfnExperts.of(
        Activations.of(config),
        reference.input("experts_wi", experts, -1, -1).array(),
        null,
        reference.input("experts_wo", experts, -1, -1).array(),
        null);
    return MoeLayer.builder(GatedRouter.of(gate, new Switch()), networks)
        .capacity(
            new LimitedCapacity(CapacityFormula.fixed(capacity), true, DropOrder.tokenMajor()))
        .build();
  }

  /** The kept expert of each token [T], −1 for a dropped one. */
  private static int[] expertOfToken(Assignments kept) {
    int[] experts = new int[kept.tokens()];
    Arrays.fill(experts, -1);
    for (int n = 0; n < kept.size(); n++) {
      experts[kept.token(n)] = kept.expert(n);
    }
    return experts;
  }

  private static double[] oneHot(int[] expertOfToken, int experts) {
    double[] mask = new double[expertOfToken.length * experts];
    for (int t = 0; t < expertOfToken.length; t++) {
      if (expertOfToken[t] >= 0) {
        mask[t * experts + expertOfToken[t]] = 1;
      }
    }
    return mask;
  }

  /** The decision with other experts, one a token, for the loss to count. */
  private static RouterDecision asIfChosen(RouterDecision decision, int[] expertOfToken) {
    return RouterDecision.of(
        Assignments.of(
            decision.tokens(),
            decision.experts(),
            IntStream.range(0, decision.tokens()).toArray(),
            expertOfToken,
            decision.assignments().weights()),
        decision.mask(),
        decision.sequenceLength(),
        decision.requireLogits("router"),
        decision.requireProbabilities("router"));
  }
}
