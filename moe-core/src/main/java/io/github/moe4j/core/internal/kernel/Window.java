package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;

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

  /**
   * Copies parts of rows into segments: column p of row r to {@code target[p / SEGMENT·SEGMENT·apart + r·SEGMENT + p %
   * SEGMENT]}, SEGMENT being {@link Kernel#SEGMENT}.
   *
   * @param first row, of {@code count}
   * @param column of each row to begin with, and {@code terms} of them
   * @param apart rows of a segment in the target
   */
  default void readSegments(int first, int count, int column, int terms, A target, int apart) {
    for (int r = 0; r < count; r++) {
      for (int p = 0; p < terms; p += SEGMENT) {
        int here = Math.min(SEGMENT, terms - p);
        read(first + r, column + p, here, target, p * apart + r * SEGMENT);
      }
    }
  }

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
