package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.ExpertGroups.Outside;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training of DeepSeek-V3's block with the sequence-wise loss, which counts a top-k of its own without bias
 * and groups, and the bias update, both as Megatron-LM has them.
 */
final class TrajectoryDeepseekV3BiasAdamw implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_deepseek_v3_bias_adamw";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    ExpertBias bias = ExpertBias.zeros(config.size("num_experts"));
    MoeLayer layer =
        HfBlock.layer(reference, HfDeepseekV3Moe.rule(reference, bias, Outside.NEGATIVE_INFINITY));
    TrainedBias trained = TrainedBias.of(bias, SignRule.of(config.number("bias_update_rate", 0)));
    Trajectory.run(reference, comparison, new Model(config, layer, trained));
  }

  private record Model(CaseConfig config, MoeLayer layer, TrainedBias bias)
      implements TrainedModel {
    @Override
    public TokenBatch input(int step, INDArray x) {
      return TokenBatch.evaluation(x).differentiable().withSequenceLength(config.size("sequence"));
    }

    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      double coefficient = config.number("seq_aux_coefficient", 0);
      TopK own = new TopK(config.size("top_k"), ScoreFunction.SIGMOID, TopKNormalization.none(), 1);
      RuleCasePass counted = RuleCasePass.of(own, pass.decision().requireLogits("router"), input);
      LossValue loss = SwitchLoss.perSequence(1).evaluate(counted.decision());
      double[] dLogits = counted.gradient(loss.gradient().times(coefficient));
      pass.addBalance(RoutingGradient.ofLogits(dLogits));
      record.add("seq_aux_loss", loss.value());
      return coefficient * loss.value();
    }

    @Override
    public void endStep(int[] counts, StepRecord record) {
      bias.step(counts, record);
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      HfBlock.visit(ofLayer, visitor);
    }
  }
}
