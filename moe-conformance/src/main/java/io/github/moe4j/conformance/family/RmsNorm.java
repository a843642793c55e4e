package io.github.moe4j.conformance.family;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@code x/√(mean x² + epsilon)·scale} in front of a layer, in the plain arithmetic of ND4J.
 *
 * @param x [T,D]
 * @param scale [D]
 */
record RmsNorm(INDArray x, INDArray scale, double epsilon) {
  /** One number a row, {@code 1/√(mean x² + epsilon)} [T,1]. */
  private INDArray inverse() {
    INDArray squares = x.mul(x).mean(true, 1).addi(epsilon);
    return Transforms.pow(squares, -0.5, false);
  }

  /** The normalized rows [T,D]. */
  INDArray y() {
    return x.mulColumnVector(inverse()).muliRowVector(scale);
  }

  /** The gradient of x [T,D] for one of y [T,D]. */
  INDArray dx(INDArray dy) {
    INDArray inverse = inverse();
    INDArray unit = x.mulColumnVector(inverse);
    INDArray g = dy.mulRowVector(scale);
    INDArray along = g.mul(unit).mean(true, 1);
    return g.sub(unit.mulColumnVector(along)).muliColumnVector(inverse);
  }

  /** The gradient of the scale [1,D] for one of y [T,D]. */
  INDArray dScale(INDArray dy) {
    return x.mulColumnVector(inverse()).muli(dy).sum(true, 0);
  }
}
