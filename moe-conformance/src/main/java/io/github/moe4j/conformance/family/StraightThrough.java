package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Experts that watch one backward pass and then say what its gradient of the weights would gain if
 * they saw {@code weight·x/weight} with the divisor held constant: {@code x·dx} of each row. That is
 * what a straight-through dispatch of tokens does. Used by one pass, by one thread.
 */
final class StraightThrough implements Experts {
  private final Experts networks;
  private double[] gains = {};

  StraightThrough(Experts networks) {
    this.networks = networks;
  }

  @Override
  public int experts() {
    return networks.experts();
  }

  @Override
  public int modelWidth() {
    return networks.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return networks.parameters();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    ExpertsPass inner = networks.run(xR, expertStart, mode, scope);
    return new ExpertsPass() {
      @Override
      public INDArray y() {
        return inner.y();
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        INDArray own = Nd4j.zeros(dxR.dataType(), dxR.shape());
        inner.backward(dyR, own, into);
        gains = own.isEmpty() ? new double[0] : own.mul(xR).sum(1).data().asDouble();
        dxR.addi(own);
      }
    };
  }

  /** The gain of each weight of a decision after a backward pass, 0 for dropped assignments. */
  RoutingGradient ofWeights(DispatchPlan plan, RouterDecision decision) {
    double[] ofKept = new double[plan.rows()];
    for (int row = 0; row < ofKept.length; row++) {
      ofKept[plan.assignment(row)] = gains[row];
    }
    Assignments all = decision.assignments();
    double[] matrix = Scattered.scatter(ofKept, plan.assignments());
    return RoutingGradient.ofWeights(Scattered.gather(matrix, all));
  }
}
