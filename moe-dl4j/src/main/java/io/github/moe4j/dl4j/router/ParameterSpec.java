package io.github.moe4j.dl4j.router;

import java.util.Arrays;
import java.util.List;

/**
 * Shape of a parameter and where it starts.
 *
 * @param shape in c order
 * @param kind how it starts and whether it is regularized
 * @param value where a {@link Kind#CONSTANT} starts
 */
public record ParameterSpec(List<Long> shape, Kind kind, double value) {
  /** What DL4J does with a parameter. */
  public enum Kind {
    /** Starts by the layer's weightInit, its last two axes being fan-out and fan-in. */
    WEIGHT,
    /** Starts at the layer's biasInit. */
    BIAS,
    /** Starts at its value; trained, but not regularized. */
    CONSTANT
  }

  /** Copies the shape. */
  public ParameterSpec {
    shape = List.copyOf(shape);
  }

  /** A matrix, or a stack of them. */
  public static ParameterSpec weight(long... shape) {
    return of(Kind.WEIGHT, 0, shape);
  }

  /** A bias. */
  public static ParameterSpec bias(long... shape) {
    return of(Kind.BIAS, 0, shape);
  }

  /** Numbers that start at one value. */
  public static ParameterSpec constant(double value, long... shape) {
    return of(Kind.CONSTANT, value, shape);
  }

  private static ParameterSpec of(Kind kind, double value, long... shape) {
    return new ParameterSpec(Arrays.stream(shape).boxed().toList(), kind, value);
  }

  /** The shape as ND4J takes it. */
  public long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** Number of scalars. */
  public long length() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }
}
