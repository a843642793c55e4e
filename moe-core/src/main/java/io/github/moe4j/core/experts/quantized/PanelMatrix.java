package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.experts.BlockProducts;
import io.github.moe4j.core.internal.kernel.Segments;
import org.jspecify.annotations.Nullable;

/** The weight [out,in] and bias of one expert in panels of some format, for the kernels. Immutable. */
interface PanelMatrix {
  /** Rows of the weight. */
  int out();

  /** Columns of the weight. */
  int in();

  /** The bias [out], or null. */
  float @Nullable [] bias();

  /**
   * {@code sum += left·Wᵀ} for some inputs and the outputs of a panel.
   *
   * @param left rows [n,k]
   * @param term the first of the k inputs, a multiple of a segment
   * @param sum element (r, c) at {@code sumAt + r·stride + c}. Modified.
   */
  void multiply(
      BlockProducts<float[]> products,
      Segments<float[]> left,
      int term,
      int panel,
      float[] sum,
      int sumAt,
      int stride);

  /**
   * The weights of an output as products are made with them.
   *
   * @param target [in]. Modified: overwritten.
   */
  void row(int output, float[] target);

  /** Bytes that weights, scales and biases take, with what fills up panels. */
  long bytes();
}
