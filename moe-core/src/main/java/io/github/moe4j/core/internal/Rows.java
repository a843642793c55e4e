package io.github.moe4j.core.internal;

import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rows of a contiguous array, read into and written from {@code double[]} by bulk copies.
 *
 * <p>All arithmetic outside GEMM is done on such rows, so one piece of code serves float32 and
 * float64, and a float32 result is rounded once. The copies vectorize; reading an element through
 * the array itself costs tens of times more.
 *
 * <p>Reading and writing in another type than the array's is not thread-safe; {@link #fork} gives another
 * thread its own.
 */
public final class Rows {
  /** Elements in one direct buffer: its length in bytes must stay below 2^31. */
  private static final long SEGMENT = 1L << 27;

  private final INDArray array;
  private final long rows;
  private final int width;
  private final int rowsPerSegment;
  private final FloatBuffer[] floats;
  private final DoubleBuffer[] doubles;
  private float @Nullable [] scratch;

  private Rows(INDArray array, int rowsPerSegment, FloatBuffer[] floats, DoubleBuffer[] doubles) {
    this.array = array;
    this.rows = array.size(0);
    this.width = Math.toIntExact(array.length() / rows);
    this.rowsPerSegment = rowsPerSegment;
    this.floats = floats;
    this.doubles = doubles;
  }

  /**
   * The rows of an array: its first axis, all other axes flattened into the row.
   *
   * @param array contiguous in c order, FLOAT or DOUBLE, not empty. Modified by {@link #write}.
   */
  public static Rows of(INDArray array) {
    return of(array, SEGMENT);
  }

  /**
   * The same with buffers of another size, so that a small array can have several.
   *
   * @param segment elements of a buffer at most, except that each has one row at least
   */
  static Rows of(INDArray array, long segment) {
    Contiguous.require("array", array);
    boolean single = array.dataType() == DataType.FLOAT;
    long width = array.length() / array.size(0);
    int rowsPerSegment = Math.toIntExact(Math.max(1, segment / width));
    long perSegment = rowsPerSegment * width;
    int segments = Math.toIntExact((array.length() + perSegment - 1) / perSegment);
    FloatBuffer[] floats = new FloatBuffer[single ? segments : 0];
    DoubleBuffer[] doubles = new DoubleBuffer[single ? 0 : segments];
    for (int s = 0; s < segments; s++) {
      long from = s * perSegment;
      long length = Math.min(perSegment, array.length() - from);
      Buffer elements = HostMemory.buffer(array, from, length);
      if (single) {
        floats[s] = (FloatBuffer) elements;
      } else {
        doubles[s] = (DoubleBuffer) elements;
      }
    }
    return new Rows(array, rowsPerSegment, floats, doubles);
  }

  /** The same rows with scratch memory of their own, for use by another thread. */
  public Rows fork() {
    return new Rows(array, rowsPerSegment, floats, doubles);
  }

  private float[] scratch() {
    float[] room = scratch;
    if (room == null) {
      room = new float[width];
      scratch = room;
    }
    return room;
  }

  /** Number of rows. */
  public long rows() {
    return rows;
  }

  /** Elements of a row. */
  public int width() {
    return width;
  }

  /** Copies a row into {@code target[0 … width)}. */
  public void read(long row, double[] target) {
    int segment = segment(row);
    int index = index(row);
    if (floats.length == 0) {
      doubles[segment].get(index, target, 0, width);
    } else {
      float[] single = scratch();
      floats[segment].get(index, single, 0, width);
      for (int i = 0; i < width; i++) {
        target[i] = single[i];
      }
    }
    Reference.reachabilityFence(array);
  }

  /** Copies a row into that of another array of the same type and width. Modifies that one. */
  public void copy(long row, Rows target, long targetRow) {
    int segment = segment(row);
    int from = index(row);
    int targetSegment = target.segment(targetRow);
    int to = target.index(targetRow);
    if (areFloats()) {
      target.floats[targetSegment].put(to, floats[segment], from, width);
    } else {
      target.doubles[targetSegment].put(to, doubles[segment], from, width);
    }
    Reference.reachabilityFence(array);
    Reference.reachabilityFence(target.array);
  }

  /** Copies a row of float32 as it is into {@code target[0 … width)}. */
  public void read(long row, float[] target) {
    floats[segment(row)].get(index(row), target, 0, width);
    Reference.reachabilityFence(array);
  }

  /** Copies {@code source[0 … width)} into a row of float32. */
  public void write(long row, float[] source) {
    floats[segment(row)].put(index(row), source, 0, width);
    Reference.reachabilityFence(array);
  }

  /** Copies {@code count} rows of float32, one after another, into {@code target[0 …)}. */
  public void read(long row, int count, float[] target) {
    for (int done = 0, rowsHere; done < count; done += rowsHere) {
      long first = row + done;
      rowsHere = inSegment(first, count - done);
      floats[segment(first)].get(index(first), target, done * width, rowsHere * width);
    }
    Reference.reachabilityFence(array);
  }

  /** Copies {@code source[0 …)} into {@code count} rows of float32. */
  void write(long row, int count, float[] source) {
    for (int done = 0, rowsHere; done < count; done += rowsHere) {
      long first = row + done;
      rowsHere = inSegment(first, count - done);
      floats[segment(first)].put(index(first), source, done * width, rowsHere * width);
    }
    Reference.reachabilityFence(array);
  }

  /** Copies {@code count} rows of float64, one after another, into {@code target[0 …)}. */
  void read(long row, int count, double[] target) {
    for (int done = 0, rowsHere; done < count; done += rowsHere) {
      long first = row + done;
      rowsHere = inSegment(first, count - done);
      doubles[segment(first)].get(index(first), target, done * width, rowsHere * width);
    }
    Reference.reachabilityFence(array);
  }

  /** Copies {@code source[0 …)} into {@code count} rows of float64. */
  void write(long row, int count, double[] source) {
    for (int done = 0, rowsHere; done < count; done += rowsHere) {
      long first = row + done;
      rowsHere = inSegment(first, count - done);
      doubles[segment(first)].put(index(first), source, done * width, rowsHere * width);
    }
    Reference.reachabilityFence(array);
  }

  private int segment(long row) {
    return (int) (row / rowsPerSegment);
  }

  /** Where a row begins in its segment. */
  private int index(long row) {
    return (int) (row % rowsPerSegment) * width;
  }

  /** How many of {@code count} rows from {@code row} on lie in its segment. */
  private int inSegment(long row, int count) {
    return Math.min(count, rowsPerSegment - (int) (row % rowsPerSegment));
  }

  /** Whether the rows are float32, else float64. */
  public boolean areFloats() {
    return floats.length > 0;
  }

  /** Copies {@code source[0 … width)} into a row, rounding to the array's type. */
  public void write(long row, double[] source) {
    int segment = segment(row);
    int index = index(row);
    if (floats.length == 0) {
      doubles[segment].put(index, source, 0, width);
    } else {
      float[] single = scratch();
      for (int i = 0; i < width; i++) {
        single[i] = (float) source[i];
      }
      floats[segment].put(index, single, 0, width);
    }
    Reference.reachabilityFence(array);
  }
}
