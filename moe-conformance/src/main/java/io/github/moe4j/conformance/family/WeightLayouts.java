package io.github.moe4j.conformance.family;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** How other code lays out arrays that belong to all experts, with the experts as first axis. */
final class WeightLayouts {
  private WeightLayouts() {}

  /**
   * Another order of the last two axes: code that multiplies from the right keeps [E,in,out], this
   * library [E,out,in].
   *
   * @param array [E,a,b]. Not modified.
   * @return [E,b,a], contiguous
   */
  static INDArray transposed(INDArray array) {
    return array.permute(0, 2, 1).dup('c');
  }

  /**
   * The first or second half of the second axis.
   *
   * @param array [E,2H,D] or [E,2H], contiguous. Not modified.
   * @param which 0 or 1
   * @return [E,H,D] or [E,H], contiguous
   */
  static INDArray half(INDArray array, int which) {
    long[] shape = array.shape().clone();
    long size = array.length() / shape[0] / 2;
    shape[1] /= 2;
    return array
        .reshape('c', shape[0], 2 * size)
        .get(NDArrayIndex.all(), NDArrayIndex.interval(which * size, (which + 1) * size))
        .dup('c')
        .reshape('c', shape);
  }

  /** Two halves [E,H,D] or [E,H] one after the other, [E,2H,D] or [E,2H]. */
  static INDArray joined(INDArray first, INDArray second) {
    return Nd4j.concat(1, first, second);
  }

  /** Two arrays [E,H,D] or [E,H] as one whose second axis takes from them in turn. */
  static INDArray interleaved(INDArray first, INDArray second) {
    long[] shape = first.shape().clone();
    int rows = (int) (shape[0] * shape[1]);
    // A row of the first, beside it one of the second: in c order they lie in turn.
    INDArray pairs = Nd4j.concat(
        1, first.dup('c').reshape('c', rows, -1), second.dup('c').reshape('c', rows, -1));
    shape[1] *= 2;
    return pairs.dup('c').reshape('c', shape);
  }
}
