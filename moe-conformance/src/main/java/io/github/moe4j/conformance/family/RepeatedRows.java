package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers that code broadcasts, written out. */
final class RepeatedRows {
  private RepeatedRows() {}

  /**
   * Each row several times, one after another.
   *
   * @param matrix [n,W], n above 0
   * @return [n·times,W]
   */
  static INDArray of(CaseTensor matrix, int times) {
    int width = matrix.size(1);
    double[] values = new double[matrix.length() * times];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix.get(i / width / times * width + i % width);
    }
    return Nd4j.createFromArray(values).reshape('c', (long) matrix.size(0) * times, width);
  }
}
