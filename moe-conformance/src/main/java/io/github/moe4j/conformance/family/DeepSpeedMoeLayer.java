package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code MOELayer} of DeepSpeed with its gate for k experts and plain experts with biases, and with
 * {@code use_residual} the mixture of {@link DeepSpeedResidual}. The loss {@code l_aux} is reported
 * without its coefficient.
 */
final class DeepSpeedMoeLayer implements ReferenceFamily {
  @Override
  public String name() {
    return "deepspeed_moe_layer";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    INDArray x = reference.input("hidden_states", -1, -1, -1).rows();
    DeepSpeedGate gate = gate(reference, Math.toIntExact(x.size(0)));
    int experts = config.size("num_experts");
    GatedRouter router = GatedRouter.of(
        LinearGate.of(reference.input("gate_weight", experts, -1).array()), gate.rule());
    TokenBatch input = TokenBatch.training(x);
    if (config.size("k") == 1) {
      input = DeepSpeedTop1.drawing(
          reference, input, drawing -> router.route(drawing).decision().assignments());
    }
    MoeLayer layer =
        MoeLayer.builder(router, networks(reference)).capacity(gate.capacity()).build();
    DeepSpeedResidual residual =
        config.flag("use_residual", false) ? DeepSpeedResidual.of(reference, input) : null;
    INDArray upstream = residual == null
        ? reference.input("objective_weight").array(x.shape())
        : residual.upstream();
    try (ObjectivePass pass = ObjectivePass.forward(layer, input, upstream)) {
      LossValue auxiliary = gate.auxiliary(pass.decision());
      pass.add(config.number("aux_coefficient"), auxiliary);
      comparison.output("l_aux", auxiliary.value());
      DeepSpeedRoutes.compare(
          comparison,
          gate,
          config.size("k"),
          input,
          pass.decision(),
          pass.pass().plan().assignments());
      INDArray output = pass.output();
      if (residual != null) {
        pass.add(1, residual.objective());
      }
      MoeGradients gradients = pass.backward();
      if (residual != null) {
        residual.backward(output, gradients.dx(), comparison);
        output = residual.mixed(output);
      }
      comparison.output("output", output);
      comparison.output("objective", pass.objective());
      compareGradients(gradients, comparison);
      if (config.size("k") > 2) {
        Ties.skipIfOpen(
            comparison,
            pass.decision().requireProbabilities("gate"),
            input.mask(),
            config.size("k"));
      }
    }
  }

  private static DeepSpeedGate gate(ReferenceCase reference, int tokens) {
    CaseConfig config = reference.config();
    double[] survivors = DeepSpeedRoutes.survivors(reference, tokens);
    return switch (config.size("k")) {
      case 1 -> DeepSpeedGate.top1(config, survivors);
      case 2 -> DeepSpeedGate.top2(config);
      default -> DeepSpeedGate.topK(config, survivors);
    };
  }

  private static FfnExperts networks(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    return FfnExperts.of(
        Activations.of(reference.config()),
        reference.input("experts_fc1", experts, -1, -1).array(),
        reference.input("experts_fc1_bias", experts, -1).array(),
        reference.input("experts_fc2", experts, -1, -1).array(),
        reference.input("experts_fc2_bias", experts, -1).array());
  }

  private static void compareGradients(MoeGradients gradients, Comparison comparison) {
    Gradients parameters = gradients.parameters();
    comparison.gradient("hidden_states", gradients.dx());
    comparison.gradient("gate_weight", parameters.get("router.weight"));
    comparison.gradient("experts_fc1", parameters.get("experts.up.weight"));
    comparison.gradient("experts_fc1_bias", parameters.get("experts.up.bias"));
    comparison.gradient("experts_fc2", parameters.get("experts.down.weight"));
    comparison.gradient("experts_fc2_bias", parameters.get("experts.down.bias"));
  }
}
