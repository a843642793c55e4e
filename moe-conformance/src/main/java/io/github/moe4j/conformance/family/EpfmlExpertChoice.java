package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.ExpertChoice.Scores;
import io.github.moe4j.routing.ExpertChoice.TokenNorm;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * {@code ExpertChoiceMoE} of epfml/llm-baselines: each expert takes {@code int(factor·T/E)} tokens
 * of the whole batch, by probability or by logit, and plain experts with biases.
 */
final class EpfmlExpertChoice implements ReferenceFamily {
  @Override
  public String name() {
    return "epfml_expert_choice";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor inputs = reference.input("inputs", -1, -1, -1);
    Scores scores = scores(reference.config());
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference, scores),
        TokenBatch.evaluation(inputs.rows()).differentiable(),
        reference)) {
      RouterDecision decision = pass.decision();
      TokenScores chosenBy = scores == Scores.SOFTMAX_OVER_EXPERTS
          ? decision.requireProbabilities("router")
          : decision.requireLogits("router");
      comparison.output("router_logits", decision.requireLogits("router").toArray());
      comparison.output("selected_tokens", selected(decision.assignments(), chosenBy));
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("inputs", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      comparison.gradient("c_fc", parameters.get("experts.up.weight"));
      comparison.gradient("c_fc_bias", parameters.get("experts.up.bias"));
      comparison.gradient("c_proj", parameters.get("experts.down.weight"));
      comparison.gradient("c_proj_bias", parameters.get("experts.down.bias"));
    }
  }

  private static Scores scores(CaseConfig config) {
    return switch (config.text("softmax_order")) {
      case "softmax_topk" -> Scores.SOFTMAX_OVER_EXPERTS;
      case "topk_softmax" -> Scores.SOFTMAX_OVER_RANKS;
      default ->
        throw new UnsupportedCaseException(
            "config softmax_order is " + config.text("softmax_order"));
    };
  }

  private static MoeLayer layer(ReferenceCase reference, Scores scores) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    // mesh's floor(T·factor/E) without its least room
    CapacityFormula capacity = CapacityFormula.mesh(config.number("capacity_factor"), 0);
    return MoeLayer.of(
        GatedRouter.of(
            LinearGate.of(reference.input("router_weight", experts, -1).array()),
            new ExpertChoice(scores, capacity, false, TokenNorm.NONE, 1)),
        FfnExperts.of(
            Activations.of(config),
            reference.input("c_fc", experts, -1, -1).array(),
            reference.input("c_fc_bias", experts, -1).array(),
            reference.input("c_proj", experts, -1, -1).array(),
            reference.input("c_proj_bias", experts, -1).array()));
  }

  /** The tokens of each expert, best first [E·C]. */
  private static double[] selected(Assignments assignments, TokenScores chosenBy) {
    return IntStream.range(0, assignments.size())
        .boxed()
        .sorted(Comparator.comparingInt(assignments::expert)
            .thenComparingDouble(n -> -chosenBy.get(assignments.token(n), assignments.expert(n))))
        .mapToDouble(assignments::token)
        .toArray();
  }
}
