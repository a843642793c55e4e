package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.family.HfSoftmaxBlock.Renormalized;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.RoutingRule;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code GraniteMoeSharedMoE} and its shared MLP of Hugging Face, with the sums of its decoder layer:
 * {@code residual + residual_multiplier·(routed + shared)}.
 */
final class HfGranitemoeshared implements ReferenceFamily {
  private static final StackedShared SHARED =
      new StackedShared("shared_input_linear", "shared_output_linear");

  @Override
  public String name() {
    return "hf_granitemoeshared";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    double multiplier = config.number("residual_multiplier");
    TokenBatch input = HfBlock.input(reference);
    RoutingRule rule = HfSoftmaxBlock.rule(reference, Renormalized.ALWAYS);
    INDArray residual = reference.input("residual").array(input.x().shape());
    INDArray weight = reference.input("objective_weight").array(input.x().shape());
    try (MoePass routed = layer(reference, rule).build().forward(input)) {
      comparison.output("moe_output", routed.y());
    }
    MoeLayer.Builder builder = layer(reference, rule);
    if (config.integer("shared_f") > 0) {
      builder.sharedExpert(SHARED.of(reference, Glu.of(Activations.of(config))));
    }
    try (ObjectivePass pass =
        ObjectivePass.forward(builder.build(), input, weight.mul(multiplier))) {
      LossValue aux = HfBlock.aux(pass.decision(), input, rule);
      pass.add(config.number("aux_coefficient", 0), aux);
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.choice("topk_indices", "topk_weights", pass.decision().assignments());
      comparison.output("output", pass.output());
      comparison.output("layer_output", residual.add(pass.output().mul(multiplier)));
      comparison.output("aux_loss", aux.value());
      comparison.output(
          "objective", pass.objective() + residual.mul(weight).sumNumber().doubleValue());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("residual", weight);
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      StackedExperts.HUGGING_FACE.compareGradients(parameters, comparison);
      SHARED.compareGradients(parameters, comparison);
    }
  }

  private static MoeLayer.Builder layer(ReferenceCase reference, RoutingRule rule) {
    Glu glu = Glu.of(Activations.of(reference.config()));
    return MoeLayer.builder(
        HfBlock.router(reference, rule), StackedExperts.HUGGING_FACE.of(reference, glu));
  }
}
