package io.github.moe4j.core.internal;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks at the public boundary; a message names the rule, the argument and its actual value. */
public final class Require {
  private Require() {}

  /** Throws unless {@code holds}; the message is formatted only then. */
  public static void that(boolean holds, String format, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(format, values));
    }
  }

  /** Returns {@code value} if it is at least 1. */
  public static int positive(String name, int value) {
    that(value >= 1, "%s must be at least 1 but was %d", name, value);
    return value;
  }

  /** Returns {@code value} if it is neither NaN nor infinite. */
  public static double finite(String name, double value) {
    that(Double.isFinite(value), "%s must be finite but was %s", name, value);
    return value;
  }

  /** A finite number of at least 0. */
  public static double notNegative(String name, double value) {
    that(
        value >= 0 && Double.isFinite(value),
        "%s must be finite and at least 0 but was %s",
        name,
        value);
    return value;
  }

  /** Checks that an array is not closed and that its workspace was not left. */
  public static void usable(String name, INDArray array) {
    String fault = Usable.fault(array);
    if (fault != null) {
      that(false, "%s must be usable but %s", name, fault);
    }
  }

  /** Whether {@link #usable(String, INDArray)} takes an array. */
  public static boolean isUsable(INDArray array) {
    return Usable.fault(array) == null;
  }

  /** The same of an array of a layer, by the name of which errors are told apart. */
  public static void usable(String name, INDArray array, String layer) {
    String fault = Usable.fault(array);
    if (fault != null) {
      that(false, "%s of %s must be usable but %s", name, layer, fault);
    }
  }

  /** Checks an array, which must be usable, and its shape; a negative expected length means any. */
  public static void shape(String name, INDArray array, long... expected) {
    usable(name, array);
    long[] actual = array.shape();
    boolean same = actual.length == expected.length;
    for (int i = 0; same && i < expected.length; i++) {
      same = expected[i] < 0 || expected[i] == actual[i];
    }
    if (!same) { // before the call, whose arguments would be made each time
      that(
          false,
          "%s must be %s but was %s",
          name,
          Arrays.toString(expected).replace("-1", "*"),
          Arrays.toString(actual));
    }
  }

  /** Checks the length of a plain array. */
  public static void length(String name, double[] array, int expected) {
    // Tested before the call, whose arguments would be boxed.
    if (array.length != expected) {
      that(false, "%s must have length %d but has %d", name, expected, array.length);
    }
  }

  /** Checks that an array has the given type. */
  public static void type(String name, INDArray array, DataType expected) {
    that(
        array.dataType() == expected, "%s must be %s but was %s", name, expected, array.dataType());
  }

  /** Returns the type if it is one the library computes in. */
  public static DataType floating(String name, DataType type) {
    that(
        type == DataType.FLOAT || type == DataType.DOUBLE,
        "%s must be FLOAT or DOUBLE but was %s",
        name,
        type);
    return type;
  }

  /** Checks an array that a result is added to: contiguous, and of another's shape and type. */
  public static void target(String name, INDArray array, INDArray like) {
    shape(name, array, like.shape());
    type(name, array, like.dataType());
    Contiguous.require(name, array);
  }
}
