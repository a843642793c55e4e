package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.bench.conformance.CaseConfig;
import io.github.moe4j.bench.conformance.Comparison;
import io.github.moe4j.bench.conformance.ReferenceCase;
import io.github.moe4j.bench.conformance.ReferenceFamily;
import io.github.moe4j.bench.conformance.UnsupportedCaseException;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.SelectionBias;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.WeightNorm;

/**
 * {@code TokenChoiceTopKRouter} of torchtitan: DeepSeek-V3's gate, whose scores may be a softmax
 * too. The output {@code scores} holds those of all experts, not normalised.
 */
final class TorchtitanRouter implements ReferenceFamily {
  @Override
  public String name() {
    return "torchtitan_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    MoeInput input = MoeInput.of(reference.input("x", -1, -1).array());
    LinearGate gate = LinearGate.of(reference.input("gate_weight", experts, -1).array());
    RouterPass pass = RouterPass.of(GatedRouter.of(gate, rule(reference)), input);
    RouterDecision decision = pass.decision();
    // The weights of a choice of all experts are their scores.
    TopK all = new TopK(experts, scores(config), WeightNorm.none(), 1);
    RulePass scored = RulePass.of(all, decision.requireLogits("router"), input);
    double[] upstream = Scattered.gather(
        reference.input("objective_weight", input.tokens(), experts).values(),
        decision.assignments());
    comparison.output("scores", Scattered.weights(scored.assignments()));
    comparison.choice("topk_expert_ids", "topk_scores", decision.assignments());
    comparison.output("objective", Scattered.dot(decision.assignments().weights(), upstream));
    MoeGradients gradients = pass.backward(RoutingGradient.ofWeights(upstream));
    comparison.gradient("x", gradients.dx());
    comparison.gradient("gate_weight", gradients.parameters().get("weight"));
  }

  private static DeepSeekV3 rule(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    TopK topK = new TopK(
        config.size("top_k"),
        scores(config),
        config.flag("route_norm") ? WeightNorm.sum(1e-20) : WeightNorm.none(),
        config.number("route_scale"));
    SelectionBias bias = config.flag("expert_bias")
        ? SelectionBias.of(reference.input("expert_bias", experts).values())
        : SelectionBias.zeros(experts);
    ExpertGroups groups = config.isSet("num_expert_groups")
        ? ExpertGroups.byBestTwo(
            config.size("num_expert_groups"), config.size("num_limited_groups"))
        : ExpertGroups.none();
    return new DeepSeekV3(topK, bias, groups);
  }

  private static ScoreFunction scores(CaseConfig config) {
    return switch (config.text("score_func")) {
      case "softmax" -> ScoreFunction.SOFTMAX;
      case "sigmoid" -> ScoreFunction.SIGMOID;
      default ->
        throw new UnsupportedCaseException("config score_func is " + config.text("score_func"));
    };
  }
}
