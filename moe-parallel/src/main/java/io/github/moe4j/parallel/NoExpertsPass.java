package io.github.moe4j.parallel;

import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The pass of a rank without experts.
 *
 * @param y [0,D]
 */
record NoExpertsPass(INDArray y) implements ExpertsPass {
  @Override
  public void backward(INDArray dyR, INDArray dxR, Gradients into) {
    // There is no row.
  }
}
