package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.internal.experts.BlockTimes;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a forward pass of quantized networks returns.
 *
 * @param y outputs [R,D]
 * @param times of the pass
 */
record EvaluationPass(INDArray y, BlockTimes times) implements ExpertsPass, ActivationTimed {
  @Override
  public double activationShare() {
    return times.elementwiseShare();
  }

  /** Rejected: there is no backward through rounded weights. */
  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    throw new UnsupportedOperationException(
        "quantized experts are for evaluation only and have no backward pass");
  }
}
