package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.List;

/**
 * {@code MoEGate} of DeepSeek-VL2: plain, group-limited or biased selection, experts of other groups
 * at 0, and in training {@code α·E·Σ f·P} over the batch or the mean of it over the sequences.
 *
 * <p>That loss reads the scores as they are, so sigmoids are not made a distribution first.
 */
final class DeepseekMoeGate implements ReferenceFamily {
  @Override
  public String name() {
    return "deepseek_moegate";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    TokenBatch input =
        TokenBatch.evaluation(hidden.rows()).differentiable().withSequenceLength(hidden.size(1));
    LinearGate gate = LinearGate.of(
        reference.input("gate_weight", config.size("num_experts"), -1).array());
    RouterCasePass pass = RouterCasePass.of(GatedRouter.of(gate, rule(reference)), input);
    RouterDecision decision = pass.decision();
    double[] upstream =
        RecordedColumns.of(reference, "objective_weight", "topk_indices", decision.assignments());
    double objective = Scattered.dot(decision.assignments().weights(), upstream);
    RoutingGradient gradient = RoutingGradient.ofWeights(upstream);
    double alpha = config.number("aux_loss_alpha", 0);
    if (config.flag("training") && alpha > 0) {
      LossValue aux = auxiliary(config, alpha, decision, input);
      comparison.output("aux_loss", aux.value());
      objective += aux.value();
      gradient = gradient.plus(aux.gradient());
    }
    comparison.choice("topk_indices", "topk_weights", decision.assignments());
    comparison.output("objective", objective);
    MoeGradients gradients = pass.backward(gradient);
    comparison.gradient("hidden_states", gradients.dx());
    comparison.gradient("gate_weight", gradients.parameters().get("weight"));
  }

  private static RoutingRule rule(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int k = config.size("top_k");
    TopKNormalization norm = k > 1 && config.flag("norm_topk_prob")
        ? TopKNormalization.sum(1e-20)
        : TopKNormalization.none();
    TopK topK = new TopK(k, scores(config), norm, config.number("routed_scaling_factor"));
    return switch (config.text("topk_method")) {
      case "greedy" -> new DeepSeekV2(topK, ExpertGroups.none());
      case "group_limited_greedy" -> new DeepSeekV2(topK, groups(config, 1));
      case "noaux_tc" ->
        new DeepSeekV3(
            topK,
            ExpertBias.of(reference
                .input("e_score_correction_bias", config.size("num_experts"))
                .values()),
            groups(config, 2));
      default ->
        throw new UnsupportedCaseException("config topk_method is " + config.text("topk_method"));
    };
  }

  private static ExpertGroups groups(CaseConfig config, int best) {
    return new ExpertGroups(config.size("n_group"), config.size("topk_group"), best, Outside.ZERO);
  }

  private static ScoreFunction scores(CaseConfig config) {
    return switch (config.text("scoring_func")) {
      case "softmax" -> ScoreFunction.SOFTMAX;
      case "sigmoid" -> ScoreFunction.SIGMOID;
      default ->
        throw new UnsupportedCaseException("config scoring_func is " + config.text("scoring_func"));
    };
  }

  private static LossValue auxiliary(
      CaseConfig config, double alpha, RouterDecision decision, TokenBatch input) {
    LossScope pooling = config.flag("seq_aux") ? LossScope.SEQUENCE : LossScope.LAYER_SUM;
    LossValue ofDistribution =
        new SwitchLoss(alpha, SwitchLoss.Counting.PER_CHOICE, pooling).evaluate(decision);
    if (scores(config) == ScoreFunction.SOFTMAX) {
      return ofDistribution;
    }
    // The loss is linear in what it calls the distribution, so its gradient, the factor of each
    // score, makes it the loss of the scores themselves: here the weights of a choice of all.
    TopK all = new TopK(decision.experts(), scores(config), TopKNormalization.none(), 1);
    RuleCasePass scored = RuleCasePass.of(all, decision.requireLogits("auxiliary loss"), input);
    double[] factors = Scattered.gather(
        ofDistribution.gradient().orZero(Kind.PROBABILITIES, decision), scored.assignments());
    double[] dLogits = scored.gradient(RoutingGradient.ofWeights(factors));
    return new LossValue(
        Scattered.dot(factors, scored.assignments().weights()),
        List.of(RoutingGradient.ofLogits(dLogits)));
  }
}
