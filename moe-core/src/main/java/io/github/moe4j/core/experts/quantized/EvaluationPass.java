package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.internal.experts.BlockTimes;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a forward pass of quantized networks returns.
 *
 * @param y outputs [R,D]
 * @param times of the pass
 * @param hits uses of experts that were in memory
 * @param misses uses of experts that had to be read first
 */
record EvaluationPass(INDArray y, BlockTimes times, int hits, int misses)
    implements ExpertsPass, ActivationTimed, ExpertsInMemory {
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
