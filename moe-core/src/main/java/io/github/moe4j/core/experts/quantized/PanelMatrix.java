package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.experts.WeightPanels;
import io.github.moe4j.core.internal.kernel.Segments;

/** The weight and bias of one expert in panels of some format, for the kernels. Immutable. */
interface PanelMatrix extends WeightPanels<float[]> {
  /** The weight from an input to an output, as products are made with it. */
  float weight(int output, int input);

  /** Bytes that weights, scales and biases take. */
  long bytes();

  /** There is no backward through a copy. */
  @Override
  default void backward(
      BlockProducts<float[]> products,
      Segments<float[]> left,
      int first,
      int columns,
      float[] sum) {
    throw new UnsupportedOperationException("packed weights have no backward pass");
  }
}
