package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.TopK;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training of Mixtral's block in Hugging Face, whose experts are one array, with its auxiliary loss. */
final class TrajectoryHfMixtralAdamw implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_hf_mixtral_adamw";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    TopK rule = TopK.of(reference.config().size("top_k"));
    Trajectory.run(
        reference, comparison, new Model(reference.config(), rule, HfBlock.layer(reference, rule)));
  }

  private record Model(CaseConfig config, TopK rule, MoeLayer layer) implements TrainedModel {
    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      double coefficient = config.number("aux_coefficient", 0);
      LossValue aux = HfBlock.aux(pass.decision(), input, rule);
      pass.addBalance(aux.gradient().times(coefficient));
      record.add("aux_loss", aux.value());
      return coefficient * aux.value();
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      HfBlock.visit(ofLayer, visitor);
    }
  }
}
