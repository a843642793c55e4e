package io.github.moe4j.core.internal;

import io.github.moe4j.core.internal.kernel.Window;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A rectangle of numbers in the memory of an array, in c order: a view that costs nothing, where one
 * of ND4J's costs over 20 µs, more than many a product of few rows.
 *
 * <p>Immutable; the numbers it shows are those of the array.
 */
public final class Matrix {
  private final INDArray array;
  private final @Nullable Elements elements;
  private final long offset;
  private final int rows;
  private final int columns;
  private final int stride;

  private Matrix(
      INDArray array, @Nullable Elements elements, long offset, int rows, int columns, int stride) {
    this.array = array;
    this.elements = elements;
    this.offset = offset;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
  }

  /**
   * All of an array.
   *
   * @param array [m,n], contiguous. Kept.
   */
  public static Matrix of(INDArray array) {
    Require.shape("array", array, -1, -1);
    int columns = Math.toIntExact(array.size(1));
    return new Matrix(
        array, elementsOf(array), 0, Math.toIntExact(array.size(0)), columns, columns);
  }

  /**
   * The matrices of a stack.
   *
   * @param stack [E,m,n], contiguous. Kept.
   */
  public static Matrix[] slices(INDArray stack) {
    Require.shape("stack", stack, -1, -1, -1);
    int rows = Math.toIntExact(stack.size(1));
    int columns = Math.toIntExact(stack.size(2));
    Elements elements = elementsOf(stack);
    Matrix[] slices = new Matrix[Math.toIntExact(stack.size(0))];
    for (int i = 0; i < slices.length; i++) {
      slices[i] = new Matrix(stack, elements, (long) i * rows * columns, rows, columns, columns);
    }
    return slices;
  }

  private static @Nullable Elements elementsOf(INDArray array) {
    Contiguous.require("array", array);
    return array.isEmpty() ? null : new Elements(array);
  }

  /** The rows {@code [from, to)}. */
  public Matrix rows(int from, int to) {
    Objects.checkFromToIndex(from, to, rows);
    return new Matrix(array, elements, offset + (long) from * stride, to - from, columns, stride);
  }

  /** The columns {@code [from, to)}. */
  public Matrix columns(int from, int to) {
    Objects.checkFromToIndex(from, to, columns);
    return new Matrix(array, elements, offset + from, rows, to - from, stride);
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Number of columns. */
  public int columns() {
    return columns;
  }

  /** Elements from one row to the next. */
  int stride() {
    return stride;
  }

  /** Whether it has no elements. */
  boolean isEmpty() {
    return rows == 0 || columns == 0;
  }

  /** Type of the elements. */
  DataType type() {
    return array.dataType();
  }

  /** Where the elements of the whole array begin; only for one that has any. */
  Pointer start() {
    return elements().start;
  }

  /** Elements between {@link #start} and the first one of this matrix. */
  long offset() {
    return offset;
  }

  /** The elements, which must be float32 and take less than 2 GB. */
  public Window<float[]> floats() {
    Buffer all = elements().all();
    return all == null
        ? new Window.Floats((FloatBuffer) buffer(), 0, stride)
        : new Window.Floats((FloatBuffer) all, (int) offset, stride);
  }

  /** The elements, which must be float64 and take less than 2 GB. */
  public Window<double[]> doubles() {
    Buffer all = elements().all();
    return all == null
        ? new Window.Doubles((DoubleBuffer) buffer(), 0, stride)
        : new Window.Doubles((DoubleBuffer) all, (int) offset, stride);
  }

  private Buffer buffer() {
    return HostMemory.buffer(array, offset, (long) (rows - 1) * stride + columns);
  }

  private Elements elements() {
    return Objects.requireNonNull(elements);
  }

  /** The array whose memory this is; it must stay reachable while native code works on it. */
  INDArray array() {
    return array;
  }

  /** The same rectangle as a view of ND4J; not empty. */
  INDArray view() {
    return Nd4j.create(
        array.data(),
        new long[] {rows, columns},
        new long[] {stride, 1},
        array.offset() + offset,
        'c');
  }

  /** The elements of a whole array, for all rectangles of it. */
  private static final class Elements {
    final INDArray array;
    final Pointer start;
    private volatile @Nullable Buffer all;

    Elements(INDArray array) {
      this.array = array;
      this.start = HostMemory.of(array);
    }

    /** All elements, or null if they take 2 GB. Several threads may make the same one. */
    @Nullable
    Buffer all() {
      if (all == null && array.length() <= Integer.MAX_VALUE / Double.BYTES) {
        all = HostMemory.buffer(array, 0, array.length());
      }
      return all;
    }
  }
}
