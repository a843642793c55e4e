package io.github.moe4j.core.training;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss with its gradient.
 *
 * @param value mean over the real tokens; 0 if there are none
 * @param gradient of the value with respect to the model's output, of its shape and type; zero for padding.
 *     Owned by the caller.
 */
public record LossGradient(double value, INDArray gradient) {
  /** The value converted from nats to bits. */
  public double bits() {
    return value / StrictMath.log(2);
  }
}
