package io.github.moe4j.core.io;

/**
 * Numbers of two bytes: IEEE half precision (float16: 5 bits of exponent, 10 of fraction) and the upper
 * half of a float32 (bfloat16: 8 and 7).
 *
 * <p>Rounding is once, from the double, to the nearest, ties to the even last bit; what is too large
 * becomes infinite, what is too small subnormal or zero with its sign. NaN stays NaN: its sign and the upper
 * bits of its payload are kept, and it is quiet.
 */
public final class HalfFloats {
  private static final int DOUBLE_FRACTION = 52;
  private static final int DOUBLE_BIAS = 1023;
  private static final long FRACTION_MASK = (1L << DOUBLE_FRACTION) - 1;
  private static final float SMALLEST_FLOAT16 = 0x1p-24f;

  private HalfFloats() {}

  /** The value of a float16; exact. */
  public static float fromFloat16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int rest = bits & 0x7fff;
    if (rest < 0x0400) { // subnormal or zero
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(rest * SMALLEST_FLOAT16));
    }
    int exponents =
        rest < 0x7c00 ? (127 - 15) << 23 : (255 - 31) << 23; // the latter: infinite, NaN
    return Float.intBitsToFloat(sign | (rest << 13) + exponents);
  }

  /** The value of a bfloat16; exact. */
  public static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The nearest float16. */
  public static short toFloat16(double value) {
    return round(value, 5, 10);
  }

  /** The nearest bfloat16. */
  public static short toBfloat16(double value) {
    return round(value, 8, 7);
  }

  /** A number of 1 + exponentBits + fractionBits bits, with infinities. */
  static short round(double value, int exponentBits, int fractionBits) {
    long bits = Double.doubleToRawLongBits(value);
    int sign = (int) (bits >>> 63) << exponentBits + fractionBits;
    long magnitude = bits & Long.MAX_VALUE;
    long fraction = magnitude & FRACTION_MASK;
    int infinity = (1 << exponentBits) - 1 << fractionBits;
    int drop = DOUBLE_FRACTION - fractionBits;
    if (Double.isNaN(value)) {
      return (short) (sign | infinity | 1 << fractionBits - 1 | (int) (fraction >>> drop));
    }
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = (int) (magnitude >>> DOUBLE_FRACTION) - DOUBLE_BIAS + bias;
    if (exponent >= (1 << exponentBits) - 1) {
      return (short) (sign | infinity);
    }
    if (exponent >= 1) {
      // A carry out of the fraction goes into the exponent, at most to infinity: as it should be.
      return (short) (sign | shiftRounded((long) exponent << DOUBLE_FRACTION | fraction, drop));
    }
    // Subnormal: the leading one becomes visible, and more bits go. Doubles that are subnormal
    // themselves are far too small for either kind.
    int more = drop + 1 - exponent;
    boolean vanishes = more > DOUBLE_FRACTION + 1;
    long significand = 1L << DOUBLE_FRACTION | fraction;
    return (short) (vanishes ? sign : sign | shiftRounded(significand, more));
  }

  /** Shifts right by 1 … 53 and rounds to the nearest, ties to even. */
  private static int shiftRounded(long bits, int shift) {
    long kept = bits >>> shift;
    long lost = bits & (1L << shift) - 1;
    long half = 1L << shift - 1;
    boolean up = lost > half || lost == half && (kept & 1) == 1;
    return (int) (up ? kept + 1 : kept);
  }
}
