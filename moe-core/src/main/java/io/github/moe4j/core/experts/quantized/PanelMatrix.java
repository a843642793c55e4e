package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.experts.WeightPanels;
import io.github.moe4j.core.internal.kernel.Segments;
import org.jspecify.annotations.Nullable;

/** The weight and bias of one expert in panels of some format, for the kernels. Immutable. */
interface PanelMatrix extends WeightPanels<float[]> {
  /** The bias [out], or null. */
  float @Nullable [] bias();

  /**
   * The weights of an output as products are made with them.
   *
   * @param target [in]. Modified: overwritten.
   */
  void row(int output, float[] target);

  /** Bytes that weights, scales and biases take, with what fills up panels. */
  long bytes();

  @Override
  default void bias(BlockProducts<float[]> products, int first, int columns, float[] sum) {
    float[] bias = bias();
    if (bias == null) {
      products.clear(sum);
    } else {
      products.fill(sum, bias, first, columns);
    }
  }

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
