package io.github.moe4j.core.lora;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The adapter of one projection: {@code s·B·A}, of each expert or of a router. Its arrays are live parameters.
 *
 * @param a [r,in], or of each expert [E,r,in]; contiguous. Kept.
 * @param b [out,r], or of each expert [E,out,r]; contiguous. Kept.
 * @param alpha numerator of the scale
 * @param rsLora whether the scale is {@code alpha/√r} rather than {@code alpha/r}
 */
public record LoraPair(INDArray a, INDArray b, double alpha, boolean rsLora) {
  /** The last part of the name of A. */
  public static final String A = "loraA";

  /** The last part of the name of B. */
  public static final String B = "loraB";

  /**
   * Checks that the arrays go together.
   *
   * @throws IllegalArgumentException if shapes or types do not match, or alpha is not finite
   */
  public LoraPair {
    Require.finite("alpha", alpha);
    Require.usable(A, a);
    Require.that(
        a.rank() == 2 || a.rank() == 3, "%s must have 2 or 3 axes but had %d", A, a.rank());
    if (a.rank() == 3) {
      Require.shape(B, b, a.size(0), -1, a.size(1));
    } else {
      Require.shape(B, b, -1, a.size(0));
    }
    Require.floating(A, a.dataType());
    Require.type(B, b, a.dataType());
    Contiguous.require(A, a);
    Contiguous.require(B, b);
  }

  /**
   * A new adapter of each expert: A uniform in ±1/√in, the Kaiming initialization with a = √5, and B zero.
   *
   * @param random source of A. Modified.
   */
  static LoraPair create(
      LoraOptions options, DataType type, RandomGenerator random, int experts, int out, int in) {
    return new LoraPair(
        Initializer.kaimingUniform().create(type, random, experts, options.rank(), in),
        Allocate.zeros(type, experts, out, options.rank()),
        options.alpha(),
        options.rsLora());
  }

  /**
   * A new adapter of one projection, such as a router's.
   *
   * @param random source of A. Modified.
   * @param out width of what comes out
   * @param in width of what goes in
   */
  public static LoraPair create(
      LoraOptions options, DataType type, RandomGenerator random, int out, int in) {
    return new LoraPair(
        Initializer.kaimingUniform().create(type, random, options.rank(), in),
        Allocate.zeros(type, out, options.rank()),
        options.alpha(),
        options.rsLora());
  }

  /** The rank r. */
  public int rank() {
    return Math.toIntExact(a.size(a.rank() - 2));
  }

  /** The scale s. */
  public double scale() {
    return alpha / (rsLora ? Math.sqrt(rank()) : rank());
  }

  /** Adds both arrays to parameters, their names beginning as given. */
  public void addTo(NamedArrays.Builder parameters, String prefix) {
    parameters.add(prefix + A, a).add(prefix + B, b);
  }
}
