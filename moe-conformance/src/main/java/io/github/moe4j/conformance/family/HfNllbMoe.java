package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code NllbMoeSparseMLP} of Hugging Face with its top-2 router: a second expert by policy, room
 * that counts padding, weights divided by their sum before or after dropping.
 *
 * <p>Its policies draw in evaluation as well, so the rule always runs as in training; only the room
 * depends on the mode.
 */
final class HfNllbMoe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_nllb_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    try (ObjectivePass pass =
        ObjectivePass.forward(layer(reference), input(reference), reference)) {
      Assignments kept = pass.pass().plan().assignments();
      compareFirstChoices(pass.decision(), kept, comparison);
      comparison.output("combine_weights", Scattered.weights(kept));
      comparison.output("expert_capacity", NllbRouting.slots(reference.config(), pass.decision()));
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      if (parameters.names().contains("router.bias")) {
        comparison.gradient("router_bias", parameters.get("router.bias"));
      }
      comparison.gradient("experts_fc1", parameters.get("experts.up.weight"));
      comparison.gradient("experts_fc1_bias", parameters.get("experts.up.bias"));
      comparison.gradient("experts_fc2", parameters.get("experts.down.weight"));
      comparison.gradient("experts_fc2_bias", parameters.get("experts.down.bias"));
    }
  }

  private static TokenBatch input(ReferenceCase reference) {
    INDArray x = reference.input("hidden_states", -1, -1, -1).rows();
    TokenBatch input = TokenBatch.evaluation(x).differentiable();
    CaseTensor padding = reference.optionalInput("padding_mask").orElse(null);
    if (padding != null) {
      boolean[] valid = new boolean[padding.length()];
      for (int t = 0; t < valid.length; t++) {
        valid[t] = !padding.flags()[t];
      }
      input = input.withMask(TokenMask.of(valid));
    }
    return switch (NllbRouting.second(reference.config())) {
      case RANDOM ->
        input.withMode(PassMode.training(
            RecordedDraws.uniform(reference.input("uniform_noise", x.size(0)).values())));
      case SAMPLING ->
        input.withMode(PassMode.training(
            RecordedDraws.gumbel(reference.input("gumbel_noise", x.size(0), -1).values())));
      default -> input.withMode(PassMode.training());
    };
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    if (experts == 1) {
      throw new UnsupportedCaseException("two different experts need at least 2");
    }
    INDArray weight = reference.input("router_weight", experts, -1).array();
    LinearGate gate = config.flag("router_bias")
        ? LinearGate.of(weight, reference.input("router_bias", experts).array())
        : LinearGate.of(weight);
    FfnExperts networks = FfnExperts.of(
        Activation.RELU,
        reference.input("experts_fc1", experts, -1, -1).array(),
        reference.input("experts_fc1_bias", experts, -1).array(),
        reference.input("experts_fc2", experts, -1, -1).array(),
        reference.input("experts_fc2_bias", experts, -1).array());
    return MoeLayer.builder(GatedRouter.of(gate, NllbRouting.rule(config)), networks)
        .capacity(NllbRouting.capacity(config))
        .build();
  }

  /** The first choices that were kept, and their expert, 0 for a token without. */
  private static void compareFirstChoices(
      RouterDecision decision, Assignments kept, Comparison comparison) {
    int[] choice = KeptPlaces.of(decision, kept, DropOrder.tokenMajor(), false).choice();
    double[] mask = new double[decision.tokens() * decision.experts()];
    double[] expert = new double[decision.tokens()];
    for (int r = 0; r < choice.length; r++) {
      if (choice[r] == 0) {
        mask[kept.token(r) * decision.experts() + kept.expert(r)] = 1;
        expert[kept.token(r)] = kept.expert(r);
      }
    }
    comparison.output("top_1_mask", mask);
    comparison.output("top_1_expert_index", expert);
  }
}
