package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How the numbers of a weight matrix are drawn. Weights are [out,in] or a stack [E,out,in]. */
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

  /** Normal with mean 0 and the given standard deviation. */
  static Initializer normal(double std) {
    Require.that(std >= 0 && Double.isFinite(std), "std must be at least 0 but was %s", std);
    return (in, out, random) -> std * random.nextGaussian();
  }

  /**
   * Normal with standard deviation {@code sqrt(scale/fanIn)}, draws beyond two of them repeated;
   * Switch Transformers uses scale 0.1 (arXiv 2101.03961, section 2.4).
   */
  static Initializer truncatedNormal(double scale) {
    Require.that(
        scale >= 0 && Double.isFinite(scale), "scale must be at least 0 but was %s", scale);
    return (in, out, random) -> {
      double z = random.nextGaussian();
      while (Math.abs(z) > 2) {
        z = random.nextGaussian();
      }
      return z * Math.sqrt(scale / in);
    };
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
   * @param shape [out,in] or [E,out,in]
   */
  default INDArray create(DataType type, RandomGenerator random, long... shape) {
    Require.floating("type", type);
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
