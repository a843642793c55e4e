package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.ndarray.INDArray;

/** One-dimensional arrays, such as biases, read into and written from {@code double[]}. */
public final class Vectors {
  private Vectors() {}

  /** A copy of the numbers of a contiguous array of one axis, not empty. */
  public static double[] read(INDArray vector) {
    double[] values = new double[Math.toIntExact(vector.length())];
    row(vector).read(0, values);
    return values;
  }

  /**
   * Replaces the numbers of an array, rounding to its type.
   *
   * @param vector of one axis, contiguous, not empty. Modified.
   * @param values as many. Not modified.
   */
  public static void write(INDArray vector, double[] values) {
    row(vector).write(0, values);
  }

  /**
   * Adds to the numbers of an array.
   *
   * @param vector of one axis, contiguous, not empty. Modified.
   * @param values as many. Not modified.
   */
  public static void add(INDArray vector, double[] values) {
    double[] sum = read(vector);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[i];
    }
    write(vector, sum);
  }

  private static Rows row(INDArray vector) {
    return Rows.of(vector.reshape('c', 1, vector.length()));
  }
}
