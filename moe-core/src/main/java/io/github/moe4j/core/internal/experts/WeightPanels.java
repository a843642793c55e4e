package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.kernel.Segments;

/**
 * One expert's weight [out,in] and bias [out] as a right factor of products.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface WeightPanels<A> {
  /** Rows of the weight. */
  int out();

  /** Columns of the weight. */
  int in();

  /** Sets all rows of sums to the bias of some outputs, or to zero. */
  void bias(BlockProducts<A> products, int first, int columns, A sum);

  /**
   * {@code sum += left·Wᵀ} for some outputs.
   *
   * @param left rows [n,in]
   */
  void forward(BlockProducts<A> products, Segments<A> left, int first, int columns, A sum);

  /**
   * {@code sum += left·W} for some inputs.
   *
   * @param left rows [n,out]
   */
  void backward(BlockProducts<A> products, Segments<A> left, int first, int columns, A sum);
}
