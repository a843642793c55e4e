package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.OutputBias;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;

/**
 * {@code JetMoeMoE} of Hugging Face: a softmax over the chosen logits, and one bias added to the sum of
 * every token.
 */
final class HfJetmoeMoe implements ReferenceFamily {
  private static final StackedExperts EXPERTS = new StackedExperts("input_linear", "output_linear");

  @Override
  public String name() {
    return "hf_jetmoe_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TopK rule = TopK.softmaxAfter(reference.config().size("top_k"));
    Glu glu = Glu.of(Activations.of(reference.config()));
    MoeLayer layer = MoeLayer.builder(HfBlock.router(reference, rule), EXPERTS.of(reference, glu))
        .sharedExpert(OutputBias.of(reference.input("bias", -1).array()))
        .build();
    TokenBatch input = HfBlock.input(reference);
    try (ObjectivePass pass = ObjectivePass.forward(layer, input, reference)) {
      Assignments chosen = pass.decision().assignments();
      LossValue aux = HfBlock.aux(pass.decision(), input, rule);
      pass.add(reference.config().number("aux_coefficient", 0), aux);
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.output(
          "expert_size", Arrays.stream(chosen.countPerExpert()).asDoubleStream().toArray());
      comparison.output("gates", Scattered.weights(chosen));
      comparison.output("output", pass.output());
      comparison.output("aux_loss", aux.value());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      comparison.gradient("router_weight", parameters.get("router.weight"));
      comparison.gradient("bias", parameters.get("shared.bias"));
      EXPERTS.compareGradients(parameters, comparison);
    }
  }
}
