package io.github.moe4j.testkit;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Test data from a generator of the caller's; never from ND4J's global one. */
public final class RandomArrays {
  private RandomArrays() {}

  /** Standard normal numbers. */
  public static double[] normal(RandomGenerator random, int length) {
    double[] values = new double[length];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** A contiguous array of standard normal numbers. */
  public static INDArray normal(DataType type, RandomGenerator random, long... shape) {
    int length = 1;
    for (long s : shape) {
      length = Math.multiplyExact(length, Math.toIntExact(s));
    }
    return of(type, normal(random, length), shape);
  }

  /**
   * A contiguous array of given numbers, row-major.
   *
   * @param values not modified
   */
  public static INDArray of(DataType type, double[] values, long... shape) {
    if (values.length == 0) {
      return Nd4j.create(type, shape);
    }
    return Nd4j.createFromArray(values).castTo(type).reshape('c', shape);
  }

  /** Replaces all numbers of all parameters by normal ones: biases start at zero otherwise. */
  public static void fill(NamedArrays parameters, RandomGenerator random, double deviation) {
    parameters.forEach((name, array) ->
        array.assign(normal(array.dataType(), random, array.shape()).mul(deviation)));
  }

  /** A mask in which about one token in four is padding, and the first is not. */
  public static TokenMask mask(RandomGenerator random, int tokens) {
    boolean[] valid = new boolean[tokens];
    for (int t = 0; t < tokens; t++) {
      valid[t] = t == 0 || random.nextInt(4) != 0;
    }
    return TokenMask.of(valid);
  }
}
