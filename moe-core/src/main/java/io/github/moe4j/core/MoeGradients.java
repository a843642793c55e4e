package io.github.moe4j.core;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients of one backward pass.
 *
 * @param dx gradient of the input [T,D]
 * @param parameters gradients named like the layer's parameters
 */
public record MoeGradients(INDArray dx, Gradients parameters) {
  /** Shapes, types and norms in a line, such as {@code dx [12, 8] FLOAT, {router.weight [4,8] FLOAT}, norm 0.3}. */
  @Override
  public String toString() {
    return "dx %s %s, %s".formatted(Arrays.toString(dx.shape()), dx.dataType(), parameters);
  }
}
