package io.github.moe4j.core.internal.kernel;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * Rows of a matrix outside the heap, copied to and from arrays.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface Window<A> {
  /** Copies {@code count} elements of a row from a column on to {@code target[at …)}. */
  void read(int row, int column, int count, A target, int at);

  /** Copies {@code source[at …)} to {@code count} elements of a row from a column on. */
  void write(int row, int column, int count, A source, int at);

  /**
   * Rows of float32.
   *
   * @param elements of a whole array
   * @param offset of the first element of the first row
   * @param stride elements from one row to the next
   */
  record Floats(FloatBuffer elements, int offset, int stride) implements Window<float[]> {
    @Override
    public void read(int row, int column, int count, float[] target, int at) {
      elements.get(offset + row * stride + column, target, at, count);
    }

    @Override
    public void write(int row, int column, int count, float[] source, int at) {
      elements.put(offset + row * stride + column, source, at, count);
    }
  }

  /**
   * Rows of float64.
   *
   * @param elements of a whole array
   * @param offset of the first element of the first row
   * @param stride elements from one row to the next
   */
  record Doubles(DoubleBuffer elements, int offset, int stride) implements Window<double[]> {
    @Override
    public void read(int row, int column, int count, double[] target, int at) {
      elements.get(offset + row * stride + column, target, at, count);
    }

    @Override
    public void write(int row, int column, int count, double[] source, int at) {
      elements.put(offset + row * stride + column, source, at, count);
    }
  }
}
