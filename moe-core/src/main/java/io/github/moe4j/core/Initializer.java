package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.random.RestorableRandom;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Initialization of a weight matrix. Weights are [out,in] or a stack [E,out,in].
 *
 * <p>The initializers of this library use exactly one {@link RandomGenerator#nextDouble} per number,
 * and portable arithmetic: one seed gives the same bits on every machine and JDK. {@code
 * SplittableRandom}, {@code L64X128MixRandom} and the other generators of {@code java.util.random} give
 * the same {@code nextDouble} on JDK 17 and 25; their {@code nextGaussian} does not.
 */
@FunctionalInterface
public interface Initializer {
  /**
   * Draws one number.
   *
   * @param fanIn inputs of the projection
   * @param fanOut outputs of the projection
   * @param random source of the number. Modified.
   */
  double draw(long fanIn, long fanOut, RandomGenerator random);

  /**
   * Passes over numbers, as if they had been drawn. Those of this library's initializers take no time; any
   * other's are drawn and dropped.
   *
   * @param numbers how many
   * @param fanIn inputs of the projection
   * @param fanOut outputs of the projection
   * @param random source of the numbers. Modified.
   */
  default void skip(long numbers, long fanIn, long fanOut, RestorableRandom random) {
    for (long n = 0; n < numbers; n++) {
      draw(fanIn, fanOut, random);
    }
  }

  /** All zero. */
  static Initializer zeros() {
    return new EqualDraws(0, (in, out, random) -> 0);
  }

  /**
   * Normal with mean 0 and the given standard deviation.
   *
   * @throws IllegalArgumentException if the deviation is negative or not finite
   */
  static Initializer normal(double std) {
    Require.that(std >= 0 && Double.isFinite(std), "std must be at least 0 but was %s", std);
    return new EqualDraws(1, (in, out, random) -> std * InverseSampling.normal(random));
  }

  /**
   * Normal with standard deviation {@code σ = sqrt(scale/fanIn)}, given that it is within ±2σ; Switch
   * Transformers uses scale 0.1 (arXiv 2101.03961, section 2.4). A uniform number is mapped to the
   * quantile at {@code Φ(−2) + u·(1 − 2Φ(−2))}, where Switch repeats draws beyond 2σ.
   *
   * @throws IllegalArgumentException if the scale is negative or not finite
   */
  static Initializer truncatedNormal(double scale) {
    Require.that(
        scale >= 0 && Double.isFinite(scale), "scale must be at least 0 but was %s", scale);
    return new EqualDraws(
        1, (in, out, random) -> InverseSampling.truncatedNormal(random) * Math.sqrt(scale / in));
  }

  /** Uniform in ±1/√fanIn, the default of linear layers in PyTorch. */
  static Initializer kaimingUniform() {
    return new EqualDraws(1, (in, out, random) -> (2 * random.nextDouble() - 1) / Math.sqrt(in));
  }

  /** Uniform in ±√(6/(fanIn+fanOut)) (Glorot and Bengio 2010, equation 16). */
  static Initializer xavierUniform() {
    return new EqualDraws(
        1, (in, out, random) -> (2 * random.nextDouble() - 1) * Math.sqrt(6.0 / (in + out)));
  }

  /**
   * A new array of drawn numbers.
   *
   * @param random source of the numbers. Modified.
   * @param shape [out,in] or [E,out,in]
   * @throws IllegalArgumentException for another number of axes or another type than FLOAT and DOUBLE
   */
  default INDArray create(DataType type, RandomGenerator random, long... shape) {
    requireShape(type, shape);
    INDArray array = Allocate.zeros(type, shape);
    draw(array, 0, array.length() / shape[shape.length - 1], shape, random);
    return array;
  }

  /**
   * Some entries of the first axis, with the numbers that {@link #create} would give them; the others take no memory.
   *
   * @param random source of the numbers of the whole array. Modified: as if all had been drawn.
   * @param entries places on the first axis, ascending, at least one. Not modified.
   * @param shape of the whole array, [out,in] or [E,out,in]
   * @return [entries,…]
   * @throws IllegalArgumentException for another number of axes or another type than FLOAT and DOUBLE, or if entries are
   *     not ascending in [0, E)
   */
  default INDArray create(DataType type, RestorableRandom random, int[] entries, long... shape) {
    requireShape(type, shape);
    requireAscending(entries, shape[0]);
    long[] ownShape = shape.clone();
    ownShape[0] = entries.length;
    INDArray array = Allocate.zeros(type, ownShape);
    long in = shape[shape.length - 1];
    long rows = shape.length == 3 ? shape[1] : 1; // of an entry
    long next = 0;
    for (int i = 0; i < entries.length; i++) {
      skip((entries[i] - next) * rows * in, in, shape[shape.length - 2], random);
      draw(array, i * rows, (i + 1) * rows, shape, random);
      next = entries[i] + 1;
    }
    skip((shape[0] - next) * rows * in, in, shape[shape.length - 2], random);
    return array;
  }

  private static void requireShape(DataType type, long... shape) {
    Require.floating("type", type);
    Require.that(
        shape.length == 2 || shape.length == 3,
        "shape must be [out,in] or [E,out,in] but was %s",
        Arrays.toString(shape));
  }

  private static void requireAscending(int[] entries, long size) {
    Require.that(entries.length > 0, "entries must be at least 1 but were 0");
    for (int i = 0; i < entries.length; i++) {
      Require.that(
          entries[i] >= 0 && entries[i] < size && (i == 0 || entries[i] > entries[i - 1]),
          "entries must be ascending in [0, %d) but were %s",
          size,
          Arrays.toString(entries));
    }
  }

  private void draw(INDArray array, long from, long to, long[] shape, RandomGenerator random) {
    long in = shape[shape.length - 1];
    long out = shape[shape.length - 2];
    Rows rows = Rows.of(array.reshape('c', array.length() / in, in));
    double[] row = new double[rows.width()];
    for (long r = from; r < to; r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = draw(in, out, random);
      }
      rows.write(r, row);
    }
  }
}
