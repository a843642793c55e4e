package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.LinearGate;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code MLPBlock} of OpenAI's gpt-oss: RMS norm, the layer, and the residual around both. */
final class OpenaiGptOssMlpblock implements ReferenceFamily {
  @Override
  public String name() {
    return "openai_gpt_oss_mlpblock";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    INDArray x = reference.input("x", -1, -1).array();
    INDArray upstream = reference.input("objective_weight", x.shape()).array();
    RmsNorm norm = new RmsNorm(
        x, reference.input("norm_scale", x.size(1)).array(), reference.config().number("rms_eps"));
    try (ObjectivePass pass = ObjectivePass.forward(
        layer(reference), TokenBatch.evaluation(norm.y()).differentiable(), reference)) {
      comparison.output("output", x.add(pass.output()));
      comparison.output(
          "objective", pass.objective() + x.mul(upstream).sumNumber().doubleValue());
      MoeGradients gradients = pass.backward();
      comparison.gradient("x", upstream.add(norm.dx(gradients.dx())));
      comparison.gradient("norm_scale", norm.dScale(gradients.dx()));
      compareParameters(gradients.parameters(), comparison);
    }
  }

  private static void compareParameters(Gradients parameters, Comparison comparison) {
    comparison.gradient("gate_weight", parameters.get("router.weight"));
    comparison.gradient("gate_bias", parameters.get("router.bias"));
    comparison.gradient("mlp1_weight", GptOssExperts.gateUpGradient(parameters, "weight"));
    comparison.gradient("mlp1_bias", GptOssExperts.gateUpGradient(parameters, "bias"));
    comparison.gradient("mlp2_weight", parameters.get("experts.down.weight"));
    comparison.gradient("mlp2_bias", parameters.get("experts.down.bias"));
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    return GptOssExperts.layer(
        config,
        LinearGate.of(
            reference.input("gate_weight", experts, -1).array(),
            reference.input("gate_bias", experts).array()),
        reference.input("mlp1_weight", experts, -1, -1).array(),
        reference.input("mlp1_bias", experts, -1).array(),
        reference.input("mlp2_weight", experts, -1, -1).array(),
        reference.input("mlp2_bias", experts, -1).array());
  }
}
