package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training with torchtitan's router and its bias update, whose changes sum to 0, around experts {@code
 * w2(silu(w1·x) ⊙ w3·x)} that stand in for the original ones. There is no balance loss.
 */
final class TrajectoryTorchtitanBiasSgd implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_torchtitan_bias_sgd";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    ExpertBias bias = ExpertBias.zeros(experts);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(
            LinearGate.of(reference.input("gate_weight", experts, -1).array()),
            TorchtitanRouter.rule(config, bias)),
        GluExperts.of(
            Activation.SILU,
            reference.input("w1", experts, -1, -1).array(),
            null,
            reference.input("w3", experts, -1, -1).array(),
            null,
            reference.input("w2", experts, -1, -1).array(),
            null));
    TrainedBias trained =
        TrainedBias.of(bias, SignRule.centred(config.number("load_balance_coeff", 0)));
    Trajectory.run(reference, comparison, new Model(layer, trained));
  }

  private record Model(MoeLayer layer, TrainedBias bias) implements TrainedModel {
    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      return 0;
    }

    @Override
    public void endStep(int[] counts, StepRecord record) {
      bias.step(counts, record);
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      visitor.accept("gate_weight", ofLayer.get("router.weight"));
      visitor.accept("w1", ofLayer.get("experts.gate.weight"));
      visitor.accept("w2", ofLayer.get("experts.down.weight"));
      visitor.accept("w3", ofLayer.get("experts.up.weight"));
    }
  }
}
