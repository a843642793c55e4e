package io.github.moe4j.core.training;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What updates one parameter, with its state. */
interface ParameterUpdate {
  /**
   * Changes the parameter.
   *
   * @param parameter contiguous. Modified.
   * @param gradient of its shape. Used as scratch.
   * @param steps taken before
   * @param experts steps of each expert of the parameter; null if all of it is updated at once
   */
  void apply(INDArray parameter, INDArray gradient, int steps, @Nullable ExpertSteps experts);
}
