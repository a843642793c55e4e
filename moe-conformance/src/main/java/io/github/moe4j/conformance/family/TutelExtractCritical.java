package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;

/**
 * {@code extract_critical} and {@code gshard_loss} of Tutel: top-k with the place of each choice in
 * its expert's queue, which later code drops by. Everything lies choice by choice, [K,T].
 *
 * <p>{@code tokens_per_expert} is what the code says: one more than the places of the last token's
 * last choice, where an expert that it did not choose has place 0 among last choices with
 * batch-prioritized routing.
 */
final class TutelExtractCritical implements ReferenceFamily {
  private static final SwitchLoss GSHARD =
      new SwitchLoss(1, SwitchLoss.Counting.FIRST_CHOICE, LossScope.LAYER_SUM);

  @Override
  public String name() {
    return "tutel_extract_critical";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor logits = reference.input("logits", -1, config.size("num_experts"));
    int k = Math.min(config.size("top_k"), logits.size(1));
    boolean normalized = k > 1 && config.flag("normalize_gate");
    RuleCasePass pass = RuleCasePass.of(normalized ? TopK.of(k) : TopK.unnormalized(k), logits);
    RouterDecision decision = pass.decision();
    Assignments all = decision.assignments();
    int[] location = KeptPlaces.of(decision, all, queue(config), false).slot();
    double[] upstream = byToken(reference.input("objective_weight", k, all.tokens()), k);
    LossValue loss = GSHARD.evaluate(decision);
    double[] experts = new double[all.size()];
    double[] locations = new double[all.size()];
    Arrays.setAll(experts, all::expert);
    Arrays.setAll(locations, n -> location[n]);
    comparison.output("indices", byChoice(experts, k));
    comparison.output("locations", byChoice(locations, k));
    comparison.output("gates", byChoice(all.weights(), k));
    int[] reported = reported(config, decision, k, location);
    comparison.output(
        "tokens_per_expert", Arrays.stream(reported).asDoubleStream().toArray());
    comparison.output("capacity", capacity(config, decision, k, reported));
    comparison.output("gshard_loss", loss.value());
    comparison.output("objective", Scattered.dot(all.weights(), upstream) + loss.value());
    comparison.gradient(
        "logits", pass.gradient(RoutingGradient.ofWeights(upstream).plus(loss.gradient())));
    Ties.skipIfOpen(comparison, decision.requireProbabilities("router"), decision.mask(), k);
  }

  private static DropOrder queue(CaseConfig config) {
    return config.flag("batch_prioritized_routing")
        ? DropOrder.batchPrioritized()
        : DropOrder.choiceMajor();
  }

  private static int capacity(
      CaseConfig config, RouterDecision decision, int k, int[] tokensPerExpert) {
    CapacityFormula formula = CapacityFormula.tutel(k, config.number("capacity_factor"))
        .multipleOf(config.integer("alignment", 1));
    int largest = Arrays.stream(tokensPerExpert).max().orElse(0);
    return Room.of(formula, decision, largest);
  }

  private static int[] reported(CaseConfig config, RouterDecision decision, int k, int[] location) {
    Assignments all = decision.assignments();
    if (!config.flag("batch_prioritized_routing")) {
      return all.countPerExpert();
    }
    int[] result = new int[all.experts()];
    Arrays.fill(result, 1);
    for (int n = 0; n < all.size(); n++) {
      result[all.expert(n)] += n % k < k - 1 ? 1 : 0;
    }
    int last = all.size() - 1;
    result[all.expert(last)] = location[last] + 1;
    return result;
  }

  /** From token after token to choice after choice. */
  private static double[] byChoice(double[] values, int k) {
    double[] result = new double[values.length];
    int tokens = values.length / k;
    for (int n = 0; n < values.length; n++) {
      result[n % k * tokens + n / k] = values[n];
    }
    return result;
  }

  /** From choice after choice to token after token. */
  private static double[] byToken(CaseTensor values, int k) {
    double[] result = new double[values.length()];
    int tokens = result.length / k;
    for (int n = 0; n < result.length; n++) {
      result[n] = values.get(n % k * tokens + n / k);
    }
    return result;
  }
}
