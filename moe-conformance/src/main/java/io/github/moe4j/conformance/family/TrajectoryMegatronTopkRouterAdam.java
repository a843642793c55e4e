package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training with Megatron-LM's {@code TopKRouter}, its losses and its bias update, around {@link
 * TanhExperts}. Tokens lie [S,B], place by place.
 */
final class TrajectoryMegatronTopkRouterAdam implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_megatron_topk_router_adam";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    if (config.isSet("capacity_factor")) {
      throw new UnsupportedCaseException("config capacity_factor is set in a trajectory");
    }
    ExpertBias bias = ExpertBias.zeros(experts);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(
            LinearGate.of(reference.input("router_weight", experts, -1).array()),
            MegatronRouting.rule(config, bias)),
        new TanhExperts(
            reference.input("A", experts, -1, -1).array(),
            reference.input("B", experts, -1, -1).array()));
    TrainedBias trained = config.flag("expert_bias", false)
        ? TrainedBias.of(bias, SignRule.of(config.number("expert_bias_update_rate")))
        : null;
    Trajectory.run(reference, comparison, new Model(config, comparison, layer, trained));
  }

  private record Model(
      CaseConfig config,
      Comparison comparison,
      MoeLayer layer,
      @Nullable TrainedBias bias) implements TrainedModel {
    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      double ofZ = config.number("z_loss_coeff", 0);
      LossValue z = ZLoss.of(1).evaluate(pass.decision());
      pass.addBalance(z.gradient().times(ofZ));
      record.add("z_loss", z.value());
      double sum = ofZ * z.value();
      RuleCasePass counted = RuleCasePass.of(
          MegatronRouting.auxiliary(config), pass.decision().requireLogits("router"), input);
      List<String> types = config.texts("load_balancing_types");
      double[] coefficients = config.numbers("aux_loss_coeffs");
      if (types.size() != coefficients.length) {
        throw new DamagedCaseException(
            "config load_balancing_types and aux_loss_coeffs must be as many");
      }
      for (int i = 0; i < coefficients.length; i++) {
        if (types.get(i).equals("global_aux_loss")) {
          throw new UnsupportedCaseException(
              "config load_balancing_types has global_aux_loss, which counts over steps");
        }
        LossValue loss = MegatronTopkRouter.balance(
            types.get(i), counted.decision(), config.size("batch"), comparison);
        double[] dLogits = counted.gradient(loss.gradient().times(coefficients[i]));
        pass.addBalance(RoutingGradient.ofLogits(dLogits));
        record.add(types.get(i), loss.value());
        sum += coefficients[i] * loss.value();
      }
      return sum;
    }

    @Override
    public void endStep(int[] counts, StepRecord record) {
      if (bias != null) {
        bias.step(counts, record);
      }
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      visitor.accept("router_weight", ofLayer.get("router.weight"));
      visitor.accept("A", ofLayer.get("experts.a"));
      visitor.accept("B", ofLayer.get("experts.b"));
    }
  }
}
