package io.github.moe4j.core.internal;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Tells arrays whose elements lie one after another in c order, and makes others so. */
public final class Contiguous {
  private Contiguous() {}

  /** Whether the elements lie one after another in c order. */
  public static boolean is(INDArray array) {
    if (array.ordering() != 'c') {
      return false;
    }
    long expected = 1;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      if (array.size(axis) != 1 && array.stride(axis) != expected) {
        return false;
      }
      expected *= array.size(axis);
    }
    return true;
  }

  /** The array itself if it is contiguous, else a contiguous copy. Not modified. */
  public static INDArray of(INDArray array) {
    return array.isEmpty() || is(array) ? array : Allocate.copy(array);
  }

  /** Throws unless the array is contiguous. */
  public static void require(String name, INDArray array) {
    if (!array.isEmpty() && !is(array)) {
      Require.that(
          false,
          "%s must be contiguous in c order but has order %s and strides %s",
          name,
          array.ordering(),
          Arrays.toString(array.stride()));
    }
  }
}
