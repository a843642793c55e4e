package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code TokenChoiceTopKRouter} of torchtitan: DeepSeek-V3's gate, whose scores may be a softmax
 * too. The output {@code scores} holds those of all experts, not normalized.
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
    TokenBatch input =
        TokenBatch.evaluation(reference.input("x", -1, -1).array()).differentiable();
    LinearGate gate = LinearGate.of(reference.input("gate_weight", experts, -1).array());
    RouterCasePass pass =
        RouterCasePass.of(GatedRouter.of(gate, rule(config, bias(reference))), input);
    RouterDecision decision = pass.decision();
    // The weights of a choice of all experts are their scores.
    TopK all = new TopK(experts, scores(config), TopKNormalization.none(), 1);
    RuleCasePass scored = RuleCasePass.of(all, decision.requireLogits("router"), input);
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

  private static ExpertBias bias(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    return reference.config().flag("expert_bias")
        ? ExpertBias.of(reference.input("expert_bias", experts).values())
        : ExpertBias.zeros(experts);
  }

  /** The rule of a case. */
  static DeepSeekV3 rule(CaseConfig config, ExpertBias bias) {
    TopK topK = new TopK(
        config.size("top_k"),
        scores(config),
        config.flag("route_norm") ? TopKNormalization.sum(1e-20) : TopKNormalization.none(),
        config.number("route_scale"));
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
