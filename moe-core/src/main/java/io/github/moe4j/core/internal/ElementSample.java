package io.github.moe4j.core.internal;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A hash of some elements spread over an array, or of all if it has no more: two hashes tell that the array was changed
 * in between, in less than a microsecond whatever its size, if the change reached one of these elements.
 */
public final class ElementSample {
  /** The golden ratio: its multiples spread evenly over rows and columns, where equal steps would keep to one column. */
  private static final double STEP = 0.6180339887498949;

  private ElementSample() {}

  /**
   * The hash of the elements' bits.
   *
   * @param array contiguous in c order, not closed. Not modified.
   * @param most how many elements are read, if the array has as many
   * @return 0 if the array is empty or neither FLOAT nor DOUBLE
   */
  public static long of(INDArray array, int most) {
    boolean single = array.dataType() == DataType.FLOAT;
    if (array.isEmpty() || !single && array.dataType() != DataType.DOUBLE) {
      return 0;
    }
    Contiguous.require("array", array);
    long length = array.length();
    int count = (int) Math.min(most, length);
    Pointer first = HostMemory.of(array);
    long hash = 1;
    for (int i = 0; i < count; i++) {
      long at = count == length ? i : (long) (fraction(i * STEP) * length);
      long bits = single
          ? Float.floatToRawIntBits(((FloatPointer) first).get(at))
          : Double.doubleToRawLongBits(((DoublePointer) first).get(at));
      hash = hash * 0x9E3779B97F4A7C15L + bits;
    }
    Reference.reachabilityFence(array);
    return hash;
  }

  private static double fraction(double value) {
    return value - (long) value;
  }
}
