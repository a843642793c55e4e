package io.github.moe4j.conformance;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A named array of a reference case, row-major. Immutable.
 *
 * <p>Integers and booleans are kept as doubles too, which hold them exactly: the reader refuses
 * integers from 2^53 on.
 */
public final class CaseTensor {
  /** What the numbers are, and so how they compare. */
  public enum Type {
    /** Compared within a tolerance. */
    FLOAT64,
    /** Compared exactly. */
    INT64,
    /** 0 or 1, compared exactly. */
    BOOL
  }

  private final String name;
  private final Type type;
  private final long[] shape;
  private final double[] values;

  /**
   * An array of a case.
   *
   * @param values as many as the shape holds. Not modified.
   */
  CaseTensor(String name, Type type, long[] shape, double[] values) {
    this.name = name;
    this.type = type;
    this.shape = shape.clone();
    this.values = values.clone();
  }

  /** The name in the case. */
  public String name() {
    return name;
  }

  /** What the numbers are. */
  public Type type() {
    return type;
  }

  /** A copy of the shape; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int length() {
    return values.length;
  }

  /** Length of an axis; a negative one counts from the last. */
  public int size(int axis) {
    int index = axis < 0 ? shape.length + axis : axis;
    if (index < 0 || index >= shape.length) {
      throw new DamagedCaseException(
          name + " must have an axis " + axis + " but has shape " + Arrays.toString(shape));
    }
    return Math.toIntExact(shape[index]);
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** The element at a flat, row-major place. */
  public double get(int flat) {
    return values[flat];
  }

  /** A copy of the elements, row-major. */
  public double[] values() {
    return values.clone();
  }

  /** The elements as integers, row-major. */
  public int[] ints() {
    requireWhole();
    return Arrays.stream(values).mapToInt(v -> Math.toIntExact((long) v)).toArray();
  }

  /** The elements as integers, row-major. */
  public long[] longs() {
    requireWhole();
    return Arrays.stream(values).mapToLong(v -> (long) v).toArray();
  }

  /** The elements as flags, row-major: whether each is 1; anything but 0 and 1 is an error. */
  public boolean[] flags() {
    boolean[] flags = new boolean[values.length];
    for (int i = 0; i < flags.length; i++) {
      if (values[i] != 0 && values[i] != 1) {
        throw new DamagedCaseException(at(i) + " must be 0 or 1 but is " + values[i]);
      }
      flags[i] = values[i] == 1;
    }
    return flags;
  }

  private void requireWhole() {
    if (type == Type.FLOAT64) {
      throw new DamagedCaseException(name + " must be of integers but is float64");
    }
  }

  /** A new DOUBLE array of the same shape, contiguous in c order. */
  public INDArray array() {
    return array(shape);
  }

  /** A new DOUBLE array of the same elements in another shape, contiguous in c order. */
  public INDArray array(long... newShape) {
    if (values.length == 0) {
      return Nd4j.create(DataType.DOUBLE, newShape);
    }
    return Nd4j.createFromArray(values).reshape('c', newShape);
  }

  /** A new DOUBLE matrix: all axes but the last as rows, such as [T,D] from [B,S,D]. */
  public INDArray rows() {
    return array(rowCount(), size(-1));
  }

  /** Number of rows of {@link #rows}. */
  public int rowCount() {
    int count = 1;
    for (int axis = 0; axis + 1 < rank(); axis++) {
      count *= size(axis);
    }
    return count;
  }

  /**
   * This array, if it has the given shape.
   *
   * @param expected lengths of the axes; −1 allows any
   * @throws DamagedCaseException if it has another
   */
  public CaseTensor requireShape(long... expected) {
    boolean same = shape.length == expected.length;
    for (int axis = 0; same && axis < expected.length; axis++) {
      same = expected[axis] < 0 || expected[axis] == shape[axis];
    }
    if (!same) {
      throw new DamagedCaseException(name
          + " must be "
          + Arrays.toString(expected).replace("-1", "*")
          + " but is "
          + Arrays.toString(shape));
    }
    return this;
  }

  /** The name with the index of a flat place, such as {@code output[0, 2, 3]}. */
  String at(int flat) {
    if (shape.length == 0) {
      return name;
    }
    long[] index = new long[shape.length];
    long rest = flat;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return name + Arrays.toString(index);
  }
}
