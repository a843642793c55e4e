package io.github.moe4j.parallel;

import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.experts.PassAround;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of experts in parallel; its backward sends gradients the same ways.
 *
 * @param parameters of the local experts
 * @param xR rows of this rank
 * @param mode of the pass
 * @param exchange of rows
 * @param run pass of the local experts
 * @param y outputs of the rows of this rank
 */
record ExpertParallelPass(
    NamedArrays parameters,
    INDArray xR,
    PassMode mode,
    RowExchange exchange,
    ExpertsPass run,
    INDArray y)
    implements PassAround {
  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    if (!mode.isDifferentiable()) { // before any exchange
      throw new IllegalStateException("backward of experts in parallel came after an evaluation");
    }
    PassArrays.requireBackward("the experts", parameters, xR, dyR, dxR, into);
    INDArray dy = exchange.toExperts(dyR);
    INDArray dx = exchange.zerosLike(dy);
    run.backward(dy, dx, into);
    INDArray own = exchange.fromExperts(dx, exchange.zerosLike(dxR));
    if (!own.isEmpty()) {
      dxR.addi(own);
    }
  }
}
