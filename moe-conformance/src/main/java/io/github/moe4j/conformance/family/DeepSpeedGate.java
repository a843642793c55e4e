package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SampledTopK;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import java.util.List;

/**
 * A gate of DeepSpeed's {@code sharded_moe.py} by its options.
 *
 * @param rule chooses experts
 * @param capacity drops
 * @param formula slots of an expert
 * @param queue order in which experts fill their slots
 * @param choices choices of a token that its balance loss counts
 */
record DeepSpeedGate(
    RoutingRule rule,
    CapacityRule capacity,
    CapacityFormula formula,
    DropOrder queue,
    int choices) {

  /**
   * {@code top1gating}: the best expert, or a sampled one, with its softmax as weight. Without
   * random token selection any tokens survive, picked by {@code torch.topk} among ones.
   *
   * @param survivors 1 where an assignment was kept, row-major [T·E]. Not modified.
   */
  static DeepSpeedGate top1(CaseConfig config, double[] survivors) {
    TopK top1 = TopK.unnormalized(1);
    boolean random = config.flag("use_rts", false);
    DropOrder order = random ? DropOrder.random() : RecordedFirst.by((decision, n) -> 0, survivors);
    return new DeepSpeedGate(
        DeepSpeedTop1.isSampled(config) ? new SampledTopK(top1) : top1,
        limited(config, 1, order),
        formula(config, 1),
        DropOrder.tokenMajor(),
        1);
  }

  /** {@code top2gating}: a best and a second-best or sampled expert, renormalized after dropping. */
  static DeepSpeedGate top2(CaseConfig config) {
    boolean sampled = config.flag("top2_2nd_expert_sampling", false);
    GShard.Second second = sampled ? GShard.Second.SAMPLING : GShard.Second.ALL;
    return new DeepSpeedGate(
        GShard.nllb(second),
        Renormalized.of(limited(config, 2, DropOrder.choiceMajor())),
        formula(config, 2),
        DropOrder.choiceMajor(),
        1);
  }

  /**
   * {@code topkgating}: the k best experts, renormalized after dropping.
   *
   * @param survivors 1 where an assignment was kept, row-major [T·E], which decides where
   *     probabilities are equal. Not modified.
   */
  static DeepSpeedGate topK(CaseConfig config, double[] survivors) {
    int k = config.size("k");
    String policy = config.isSet("drop_policy") ? config.text("drop_policy") : "probs";
    DropOrder order = switch (policy) {
      case "probs" ->
        RecordedFirst.by((decision, n) -> decision.assignments().weight(n), survivors);
      case "position" -> DropOrder.tokenMajor();
      default -> throw new UnsupportedCaseException("config drop_policy is " + policy);
    };
    return new DeepSpeedGate(
        TopK.unnormalized(k),
        Renormalized.of(limited(config, k, order)),
        formula(config, k),
        DropOrder.tokenMajor(),
        k);
  }

  private static CapacityRule limited(CaseConfig config, int k, DropOrder order) {
    return config.flag("drop_tokens")
        ? new LimitedCapacity(formula(config, k), false, order)
        : new Dropless();
  }

  private static CapacityFormula formula(CaseConfig config, int k) {
    CapacityFormula limited = CapacityFormula.deepspeed(
        k, config.number("capacity_factor"), config.integer("min_capacity"));
    return config.flag("drop_tokens") ? limited.countingPadding() : CapacityDemand::largestLoad;
  }

  /** Slots of an expert for a decision. */
  int slots(RouterDecision decision) {
    return Room.of(formula, decision);
  }

  /**
   * The loss {@code l_aux}, {@code E·Σ f·P} before dropping. f counts first choices with two experts
   * per token, else all, divided by their number; tokens that are not used have no choice, but count
   * in both means. Its gradient is one of the logits, which unused tokens have too.
   */
  LossValue auxiliary(RouterDecision decision) {
    Logits logits = decision.requireLogits("gate");
    TokenMask everyToken = TokenMask.none(decision.tokens());
    Probabilities p = logits.softmax(everyToken);
    int[] none = {};
    RouterDecision undecided = RouterDecision.of(
        Assignments.of(decision.tokens(), decision.experts(), none, none, new double[0]),
        everyToken,
        decision.tokens(),
        logits,
        p);
    Assignments all = decision.assignments();
    int[] chosen = choices == 1 ? all.countFirstChoices() : all.countPerExpert();
    ExpertCounts counts = new ExpertCounts(
        Arrays.stream(chosen).asLongStream().toArray(), decision.tokens(), choices);
    LossValue loss = SwitchLoss.of(1).evaluate(undecided, counts);
    double[] dLogits = new double[decision.tokens() * decision.experts()];
    p.softmaxBackward(loss.gradient().orZero(p.kind(), undecided), dLogits);
    return new LossValue(loss.value(), List.of(RoutingGradient.ofLogits(dLogits)));
  }
}
