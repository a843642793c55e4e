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
  private final @Nullable Pointer start;
  private final long offset;
  private final int rows;
  private final int columns;
  private final int stride;

  private Matrix(
      INDArray array, @Nullable Pointer start, long offset, int rows, int columns, int stride) {
    this.array = array;
    this.start = start;
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
    return new Matrix(array, startOf(array), 0, Math.toIntExact(array.size(0)), columns, columns);
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
    Pointer start = startOf(stack);
    Matrix[] slices = new Matrix[Math.toIntExact(stack.size(0))];
    for (int i = 0; i < slices.length; i++) {
      slices[i] = new Matrix(stack, start, (long) i * rows * columns, rows, columns, columns);
    }
    return slices;
  }

  private static @Nullable Pointer startOf(INDArray array) {
    Contiguous.require("array", array);
    return array.isEmpty() ? null : HostMemory.of(array);
  }

  /** The rows {@code [from, to)}. */
  public Matrix rows(int from, int to) {
    Objects.checkFromToIndex(from, to, rows);
    return new Matrix(array, start, offset + (long) from * stride, to - from, columns, stride);
  }

  /** The columns {@code [from, to)}. */
  public Matrix columns(int from, int to) {
    Objects.checkFromToIndex(from, to, columns);
    return new Matrix(array, start, offset + from, rows, to - from, stride);
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
    return Objects.requireNonNull(start);
  }

  /** Elements between {@link #start} and the first one of this matrix. */
  long offset() {
    return offset;
  }

  /** The elements, which must be float32 and take less than 2 GB. */
  public Window<float[]> floats() {
    return new Window.Floats((FloatBuffer) buffer(), stride);
  }

  /** The elements, which must be float64 and take less than 2 GB. */
  public Window<double[]> doubles() {
    return new Window.Doubles((DoubleBuffer) buffer(), stride);
  }

  private Buffer buffer() {
    long end = offset + (long) (rows - 1) * stride + columns;
    return HostMemory.of(array).position(offset).capacity(end).asBuffer();
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
}
