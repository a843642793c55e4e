package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.Map;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a trajectory trains: a layer, its balance losses, and what changes between its steps. */
interface TrainedModel {
  /** The layer at its initial parameters. */
  MoeLayer layer();

  /**
   * The input of a step; plain tokens unless overridden.
   *
   * @param x tokens of the step [T,D]
   */
  default TokenBatch input(int step, INDArray x) {
    return TokenBatch.evaluation(x).differentiable();
  }

  /** The outputs that the task sees, if they are narrower than the layer. */
  default INDArray output(INDArray y) {
    return y;
  }

  /** A gradient of {@link #output} as one of the layer's outputs. */
  default INDArray upstream(INDArray dOutput) {
    return dOutput;
  }

  /**
   * Adds the gradients of the balance losses to a pass, and their values, without coefficients, to the
   * record.
   *
   * @return the sum of the losses, each times its coefficient
   */
  double balance(MoePass pass, TokenBatch input, StepRecord record);

  /** Assignments of each expert in a step, before dropping unless overridden. */
  default int[] counts(MoePass pass) {
    return pass.decision().assignments().countPerExpert();
  }

  /**
   * Changes what no optimizer does, such as a bias, after a step.
   *
   * @param counts of the step
   */
  default void endStep(int[] counts, StepRecord record) {}

  /** The rows of experts that are modules of their own, by the part of the layer that holds them. */
  default Map<String, int[]> rows(MoePass pass) {
    return Map.of();
  }

  /** Gives the arrays of the layer, or their gradients, by the names of the case. */
  void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor);
}
