package io.github.moe4j.models.layout;

import io.github.moe4j.core.io.HalfFloats;
import io.github.moe4j.core.io.TensorType;

/**
 * The blocks of a model in FP8.
 *
 * @param rows of a block, at least 1
 * @param columns of a block, at least 1
 * @param powersOfTwo whether scales must be powers of two ({@code scale_fmt} ue8m0)
 */
record BlockScales(int rows, int columns, boolean powersOfTwo) {
  /**
   * The least scale of a type that is at least as large as a number; 1 for 0.
   *
   * @throws LayoutException if the number is not finite, or beyond the largest of the type
   */
  double scale(double exact, TensorType type) {
    if (exact == 0) {
      return 1;
    }
    if (!Double.isFinite(exact)) {
      throw new LayoutException("a weight must be finite to be stored as FP8 but was %s", exact);
    }
    double scale = least(exact, type);
    if (scale > largest(type)) {
      throw new LayoutException(
          "a scale must be at most the largest %s but would be %s", type, exact);
    }
    return scale;
  }

  private double least(double exact, TensorType type) {
    if (powersOfTwo || type == TensorType.FLOAT8_E8M0) {
      int exponent = Math.getExponent(exact);
      return Math.scalb(1.0, Math.scalb(1.0, exponent) < exact ? exponent + 1 : exponent);
    }
    double nearest = rounded(exact, type);
    // Half a unit below the number: the next one up is what a few more bits round to.
    for (double more = exact; nearest < exact; nearest = rounded(more, type)) {
      more *= 1 + 0x1p-9;
    }
    return nearest;
  }

  private static double largest(TensorType type) {
    return switch (type) {
      case FLOAT64 -> Double.MAX_VALUE;
      case FLOAT32 -> Float.MAX_VALUE;
      case FLOAT16 -> 65504;
      case BFLOAT16 -> 0x1.fep127;
      case FLOAT8_E8M0 -> 0x1p127;
      default -> throw noScales(type);
    };
  }

  private static LayoutException noScales(TensorType type) {
    return new LayoutException("scales must be of a float type but are %s", type);
  }

  private static double rounded(double value, TensorType type) {
    return switch (type) {
      case FLOAT64 -> value;
      case FLOAT32 -> (float) value;
      case FLOAT16 -> HalfFloats.fromFloat16(HalfFloats.toFloat16(value));
      case BFLOAT16 -> HalfFloats.fromBfloat16(HalfFloats.toBfloat16(value));
      default -> throw noScales(type);
    };
  }
}
