package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
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

  /** All zero. */
  static Initializer zeros() {
    return (in, out, random) -> 0;
  }

  /**
   * Normal with mean 0 and the given standard deviation.
   *
   * @throws IllegalArgumentException if the deviation is negative or not finite
   */
  static Initializer normal(double std) {
    Require.that(std >= 0 && Double.isFinite(std), "std must be at least 0 but was %s", std);
    return (in, out, random) -> std * InverseSampling.normal(random);
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
    return (in, out, random) -> InverseSampling.truncatedNormal(random) * Math.sqrt(scale / in);
  }

  /** Uniform in ±1/√fanIn, the default of linear layers in PyTorch. */
  static Initializer kaimingUniform() {
    return (in, out, random) -> (2 * random.nextDouble() - 1) / Math.sqrt(in);
  }

  /** Uniform in ±√(6/(fanIn+fanOut)) (Glorot and Bengio 2010, equation 16). */
  static Initializer xavierUniform() {
    return (in, out, random) -> (2 * random.nextDouble() - 1) * Math.sqrt(6.0 / (in + out));
  }

  /**
   * A new array of drawn numbers.
   *
   * @param random source of the numbers. Modified.
   * @param shape [out,in] or [E,out,in]
   * @throws IllegalArgumentException for another number of axes or another type than FLOAT and DOUBLE
   */
  default INDArray create(DataType type, RandomGenerator random, long... shape) {
    Require.floating("type", type);
    Require.that(
        shape.length == 2 || shape.length == 3,
        "shape must be [out,in] or [E,out,in] but was %s",
        Arrays.toString(shape));
    INDArray array = Allocate.zeros(type, shape);
    long in = shape[shape.length - 1];
    long out = shape[shape.length - 2];
    Rows rows = Rows.of(array.reshape('c', array.length() / in, in));
    double[] row = new double[rows.width()];
    for (long r = 0; r < rows.rows(); r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = draw(in, out, random);
      }
      rows.write(r, row);
    }
    return array;
  }
}
