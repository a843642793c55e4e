package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.Map;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training of {@link HfSwitchBlock} with both of its losses. Each expert is a module of its own: in a step
 * in which it keeps no token the optimizer passes it over.
 */
final class TrajectoryHfSwitchAdam implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_hf_switch_adam";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    config.requireZero("jitter", "jitter draws random numbers");
    Trajectory.run(reference, comparison, new Model(config, HfSwitchBlock.layer(reference)));
  }

  private record Model(CaseConfig config, MoeLayer layer) implements TrainedModel {
    @Override
    public TokenBatch input(int step, INDArray x) {
      return TokenBatch.evaluation(x).differentiable().withSequenceLength(config.size("sequence"));
    }

    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      Assignments kept = pass.plan().assignments();
      double ofBalance = config.number("balance_coefficient", 0);
      double ofZ = config.number("z_coefficient", 0);
      LossValue balance = HfSwitchBlock.balance(pass.decision(), kept);
      LossValue z = ZLoss.of(1).evaluate(pass.decision());
      pass.addBalance(balance.gradient().times(ofBalance));
      pass.addBalance(z.gradient().times(ofZ));
      record.add("aux_loss", balance.value());
      record.add("z_loss", z.value());
      record.add("kept_counts", kept.countPerExpert());
      return ofBalance * balance.value() + ofZ * z.value();
    }

    @Override
    public Map<String, int[]> rows(MoePass pass) {
      return Map.of("experts", pass.plan().assignments().countPerExpert());
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      HfSwitchBlock.visit(ofLayer, visitor);
    }
  }
}
