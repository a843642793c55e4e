package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What BALM's routers share: a linear gate, and lists of up to {@code expert_capacity} tokens for
 * each expert [E,C], their order open.
 *
 * <p>Padding is masked in {@code logits}, which become −1e9 there, in {@code probs}, or not at all.
 */
final class BalmRouting {
  private static final double MASKED = -1e9;

  private final ReferenceCase reference;
  private final BalmLists lists;
  private final TokenMask padding;
  private final String maskedOn;

  BalmRouting(ReferenceCase reference) {
    this.reference = reference;
    this.lists = new BalmLists(reference);
    int tokens = reference.input("x", -1, -1).rowCount();
    this.padding = reference
        .optionalInput("attention_mask")
        .map(mask -> TokenMask.of(mask.flags()))
        .orElseGet(() -> TokenMask.none(tokens));
    this.maskedOn = reference.config().isSet("pad_mask_on")
        ? reference.config().text("pad_mask_on")
        : "nothing";
    if (!maskedOn.matches("nothing|logits|probs")) {
      throw new UnsupportedCaseException("config pad_mask_on is " + maskedOn);
    }
  }

  /** Who was recorded in which list. */
  BalmLists lists() {
    return lists;
  }

  /** Padding where it is masked on logits or probs, else none. */
  TokenMask maskOn(String place) {
    return maskedOn.equals(place) ? padding : TokenMask.none(padding.tokens());
  }

  /** Room in each expert's list, which takes assignments by a key; among equal ones it is open. */
  CapacityRule capacity(RecordedFirst.Key key) {
    int capacity = reference.config().integer("expert_capacity");
    DropOrder order = RecordedFirst.by(key, lists.map(padding.tokens()));
    return capacity == -1
        ? new Dropless()
        : new LimitedCapacity(CapacityFormula.fixed(capacity), false, order);
  }

  /** The bare probability of an assignment. */
  static double probability(RouterDecision decision, int n) {
    Assignments all = decision.assignments();
    return decision.requireProbabilities("router").get(all.token(n), all.expert(n));
  }

  /** The router of a rule. */
  RouterCasePass route(RoutingRule rule, TokenMask mask) {
    int experts = reference.config().size("num_experts");
    INDArray weight = reference.input("router_weight", experts, -1).array();
    LinearGate gate = reference
        .optionalInput("router_bias")
        .map(bias -> LinearGate.of(weight, bias.array()))
        .orElseGet(() -> LinearGate.of(weight));
    TokenBatch input =
        TokenBatch.evaluation(reference.input("x").array()).differentiable().withMask(mask);
    GatedRouter router = GatedRouter.of(new MaskedGate(gate, maskOn("logits"), MASKED), rule);
    return RouterCasePass.of(router, input);
  }

  /**
   * Compares all but the probabilities.
   *
   * @param filling assignments without weight that only fill lists
   */
  void compare(RouterCasePass pass, CapacityRule rule, Assignments filling, Comparison comparison) {
    CapacityPass capacity = rule.apply(pass.decision(), PassMode.evaluation());
    Assignments kept = capacity.kept();
    double[] upstream = lists.upstream(kept);
    comparison.output("logits", pass.decision().requireLogits("router").toArray());
    comparison.choice("expert_indices", "expert_probs", BalmLists.listed(kept, filling));
    comparison.output("objective", Scattered.dot(kept.weights(), upstream));
    MoeGradients gradients = pass.backward(capacity.backward(upstream));
    comparison.gradient("x", gradients.dx());
    comparison.gradient("router_weight", gradients.parameters().get("weight"));
    if (gradients.parameters().names().contains("bias")) {
      comparison.gradient("router_bias", gradients.parameters().get("bias"));
    }
  }
}
