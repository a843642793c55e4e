package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.LoadThreshold;
import io.github.moe4j.routing.TopKNormalization;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training of {@link DavidmrauMoeClassic} with recorded noise and both of its losses. An expert without
 * tokens runs on no rows: its gradient is 0, and momentum moves it.
 */
final class TrajectoryDavidmrauNoisyTopkSgd implements ReferenceFamily {
  @Override
  public String name() {
    return "trajectory_davidmrau_noisy_topk_sgd";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    DavidmrauLayer parts = new DavidmrauLayer(reference);
    DavidmrauExperts experts = DavidmrauExperts.of(reference);
    MoeLayer layer = MoeLayer.of(
        parts.router(TopKNormalization.sum(), LoadThreshold.NOISY_LOGITS), experts.networks());
    Trajectory.run(reference, comparison, new Model(reference, parts, experts, layer));
  }

  private record Model(
      ReferenceCase reference, DavidmrauLayer parts, DavidmrauExperts experts, MoeLayer layer)
      implements TrainedModel {
    @Override
    public TokenBatch input(int step, INDArray x) {
      int tokens = (int) x.size(0);
      int size = tokens * layer.router().experts();
      double[] noise = reference
          .optionalInput("noise")
          .map(all -> all.requireShape(
              reference.config().size("steps"), tokens, layer.router().experts()))
          .map(CaseTensor::values)
          .map(all -> Arrays.copyOfRange(all, step * size, (step + 1) * size))
          .orElse(new double[0]);
      return parts.input(x, noise);
    }

    @Override
    public INDArray output(INDArray y) {
      return Widths.narrowed(y, experts.out());
    }

    @Override
    public INDArray upstream(INDArray dOutput) {
      return Widths.widened(dOutput, parts.width());
    }

    @Override
    public double balance(MoePass pass, TokenBatch input, StepRecord record) {
      double coefficient = reference.config().number("loss_coef");
      LossValue importance = DavidmrauLayer.IMPORTANCE.evaluate(pass.decision());
      LossValue load = DavidmrauLayer.LOAD.evaluate(pass.decision());
      pass.addBalance(importance.gradient().times(coefficient));
      pass.addBalance(load.gradient().times(coefficient));
      record.add("importance_cv_squared", importance.value());
      record.add("load_cv_squared", load.value());
      record.add("load", parts.loads(pass.decision()));
      return coefficient * (importance.value() + load.value());
    }

    /** Gates above 0, as the code counts. */
    @Override
    public int[] counts(MoePass pass) {
      Assignments all = pass.decision().assignments();
      int[] counts = new int[all.experts()];
      for (int n = 0; n < all.size(); n++) {
        counts[all.expert(n)] += all.weight(n) > 0 ? 1 : 0;
      }
      return counts;
    }

    @Override
    public void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
      parts.visit(ofLayer, experts, visitor);
    }
  }
}
