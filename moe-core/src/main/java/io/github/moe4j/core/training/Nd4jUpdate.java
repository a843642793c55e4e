package io.github.moe4j.core.training;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;

/** Updates by one of ND4J's updaters. */
record Nd4jUpdate(GradientUpdater<?> updater) implements ParameterUpdate {
  @Override
  public void apply(
      INDArray parameter, INDArray gradient, int steps, @Nullable ExpertSteps experts) {
    updater.applyUpdater(gradient.reshape('c', 1, gradient.length()), steps, 0);
    parameter.subi(gradient);
  }
}
