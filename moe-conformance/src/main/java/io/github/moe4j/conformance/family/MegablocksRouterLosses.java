package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code LearnedRouter} of MegaBlocks over some layers, its balance loss as the mean over layers,
 * and its z-loss, which is given layer by layer.
 */
final class MegablocksRouterLosses implements ReferenceFamily {
  @Override
  public String name() {
    return "megablocks_router_losses";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int layers = config.size("num_layers");
    List<RouterCasePass> passes = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      passes.add(route(reference, l));
    }
    List<RouterDecision> decisions =
        passes.stream().map(RouterCasePass::decision).toList();
    LossValue balance = new SwitchLoss(
            config.number("moe_loss_weight", 0),
            SwitchLoss.Counting.PER_CHOICE,
            LossScope.LAYER_MEAN)
        .evaluate(decisions);
    ZLoss zLoss = ZLoss.of(config.number("moe_zloss_weight", 0));
    List<LossValue> z = decisions.stream().map(zLoss::evaluate).toList();
    double[] zValues = z.stream().mapToDouble(LossValue::value).toArray();
    double objective = balance.value() + Arrays.stream(zValues).sum();
    comparison.output("batched_load_balancing_loss", balance.value());
    comparison.output("batched_router_zloss", zValues);
    for (int l = 0; l < layers; l++) {
      RoutingGradient ofLosses = balance.gradients().get(l).plus(z.get(l).gradient());
      objective += compareLayer(reference, l, passes.get(l), ofLosses, comparison);
    }
    comparison.output("objective", objective);
  }

  private static RouterCasePass route(ReferenceCase reference, int layer) {
    CaseConfig config = reference.config();
    LinearGate gate = LinearGate.of(reference
        .input("router_weight_" + layer, config.size("num_experts"), -1)
        .array());
    TopK topK = new TopK(config.size("top_k"), ScoreFunction.SOFTMAX, norm(config), 1);
    return RouterCasePass.of(
        GatedRouter.of(gate, topK),
        TokenBatch.evaluation(reference.input("x_" + layer, -1, -1).array()).differentiable());
  }

  private static TopKNormalization norm(CaseConfig config) {
    // The code takes a norm of 0 for none.
    double p = config.number("moe_normalize_expert_weights", 0);
    if (p != 0 && p < 1) {
      throw new UnsupportedCaseException("config moe_normalize_expert_weights is " + p);
    }
    return p == 0 ? TopKNormalization.none() : TopKNormalization.norm(p);
  }

  /**
   * Compares what concerns one layer.
   *
   * @return its part of the objective without losses
   */
  private static double compareLayer(
      ReferenceCase reference,
      int layer,
      RouterCasePass pass,
      RoutingGradient ofLosses,
      Comparison comparison) {
    RouterDecision decision = pass.decision();
    double[] upstream = RecordedColumns.of(
        reference, "objective_weight_" + layer, "expert_indices_" + layer, decision.assignments());
    int[] counts = decision.assignments().countPerExpert();
    comparison.output("scores_" + layer, decision.requireProbabilities("router").toArray());
    comparison.choice("expert_indices_" + layer, "expert_weights_" + layer, decision.assignments());
    comparison.output(
        "tokens_per_expert_" + layer, IntStream.of(counts).asDoubleStream().toArray());
    comparison.output(
        "layer_load_balancing_loss_" + layer,
        SwitchLoss.of(1).evaluate(decision).value());
    comparison.output("expert_capacity", capacity(reference.config(), decision));
    MoeGradients gradients = pass.backward(RoutingGradient.ofWeights(upstream).plus(ofLosses));
    comparison.gradient("x_" + layer, gradients.dx());
    comparison.gradient("router_weight_" + layer, gradients.parameters().get("weight"));
    return Scattered.dot(decision.assignments().weights(), upstream);
  }

  private static int capacity(CaseConfig config, RouterDecision decision) {
    int tokens = decision.tokens();
    // Recorded is the formula alone. A layer takes the largest load for 0, left out by giving none.
    CapacityDemand demand = new CapacityDemand(
        tokens, tokens, decision.assignments().size(), 0, decision.experts(), true);
    return CapacityFormula.megablocks(config.size("top_k"), config.number("moe_capacity_factor"))
        .limit(demand);
  }
}
