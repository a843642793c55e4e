package io.github.moe4j.testkit;

import io.github.moe4j.core.internal.Contiguous;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Comparisons that name the worst element; ND4J's own {@code equals} is approximate. */
public final class Near {
  private Near() {}

  /** A copy of all elements in c order. */
  public static double[] values(INDArray array) {
    if (array.isEmpty()) {
      return new double[0];
    }
    boolean whole = array.ordering() == 'c'
        && !array.isView()
        && array.data().length() == array.length()
        && Contiguous.is(array);
    return (whole ? array : array.dup('c')).data().asDouble();
  }

  /** Fails unless {@code |actual − expected| ≤ tolerance·(1 + |expected|)} everywhere. */
  public static void assertNear(String name, double[] expected, double[] actual, double tolerance) {
    Assertions.assertEquals(expected.length, actual.length, name + ": length");
    int worst = -1;
    double worstExcess = 0;
    for (int i = 0; i < expected.length; i++) {
      double excess = Math.abs(actual[i] - expected[i]) - tolerance * (1 + Math.abs(expected[i]));
      if (Double.isNaN(excess) || excess > worstExcess) {
        worst = i;
        worstExcess = Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess;
      }
    }
    if (worst >= 0) {
      Assertions.fail(
          name + "[" + worst + "] must be " + expected[worst] + " but was " + actual[worst]);
    }
  }

  /** The same for arrays, which must have one shape. */
  public static void assertNear(String name, INDArray expected, INDArray actual, double tolerance) {
    Assertions.assertArrayEquals(expected.shape(), actual.shape(), name + ": shape");
    assertNear(name, values(expected), values(actual), tolerance);
  }

  /** The same for matrices in plain Java. */
  public static void assertNear(
      String name, double[][] expected, INDArray actual, double tolerance) {
    assertNear(name, flatten(expected), values(actual), tolerance);
  }

  /** Fails unless all elements are the same, bit for bit. */
  public static void assertSameBits(String name, double[] expected, double[] actual) {
    Assertions.assertEquals(expected.length, actual.length, name + ": length");
    for (int i = 0; i < expected.length; i++) {
      if (Double.doubleToLongBits(expected[i]) != Double.doubleToLongBits(actual[i])) {
        Assertions.fail(
            name + "[" + i + "] must be exactly " + expected[i] + " but was " + actual[i]);
      }
    }
  }

  /** The same for arrays, which must have one shape and type. */
  public static void assertSameBits(String name, INDArray expected, INDArray actual) {
    Assertions.assertEquals(expected.dataType(), actual.dataType(), name + ": type");
    Assertions.assertArrayEquals(expected.shape(), actual.shape(), name + ": shape");
    assertSameBits(name, values(expected), values(actual));
  }

  /** Fails unless every element is zero. */
  public static void assertAllZero(String name, double[] actual) {
    for (int i = 0; i < actual.length; i++) {
      if (actual[i] != 0) {
        Assertions.fail(name + "[" + i + "] must be exactly 0 but was " + actual[i]);
      }
    }
  }

  /** The rows of a matrix one after another. */
  public static double[] flatten(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The rows of a matrix. */
  public static double[][] matrix(INDArray array) {
    double[] flat = values(array);
    int width = (int) array.size(1);
    double[][] rows = new double[(int) array.size(0)][];
    Arrays.setAll(rows, r -> Arrays.copyOfRange(flat, r * width, (r + 1) * width));
    return rows;
  }
}
