package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.SmallFloats;

/**
 * Numbers of one byte: e4m3 (4 bits of exponent, 3 of fraction, largest ±448, no infinities, 0x7f and 0xff are
 * NaN), e5m2 (the upper half of a float16) and e8m0 (a power of two, 0xff is NaN), as in the OCP 8-bit Floating
 * Point Specification 1.0 and the Microscaling specification 1.0.
 *
 * <p>Rounding is once, from the double, to the nearest, ties to the even last bit. A number beyond the range of
 * e4m3 becomes NaN, as in PyTorch, one beyond that of e5m2 infinite.
 */
public final class Float8 {
  private static final int NAN = 0x7f;
  private static final int SIGN = 0x80;
  private static final int NEGATIVE_NAN = 0xffc00000;
  private static final int E8M0_BIAS = 127;
  private static final int E8M0_NAN = 0xff;

  /** Half a step above the largest e4m3, ±448: ties go to it, for its code is even. */
  private static final double E4M3_LIMIT = 464;

  private static final float[] E4M3 = new float[256];

  static {
    for (int code = 0; code < E4M3.length; code++) {
      E4M3[code] = (code & NAN) == NAN ? Float.NaN : SmallFloats.E4M3.value(code);
    }
    E4M3[SIGN | NAN] = Float.intBitsToFloat(NEGATIVE_NAN);
  }

  private Float8() {}

  /** The value of an e4m3; exact. */
  public static float fromE4m3(byte bits) {
    return E4M3[Byte.toUnsignedInt(bits)];
  }

  /** The value of an e5m2; exact. */
  public static float fromE5m2(byte bits) {
    return HalfFloats.fromFloat16((short) (bits << Byte.SIZE));
  }

  /** The value of an e8m0; exact, for 2⁻¹²⁷ is a subnormal float. */
  public static float fromE8m0(byte bits) {
    int code = Byte.toUnsignedInt(bits);
    return code == E8M0_NAN ? Float.NaN : Math.scalb(1f, code - E8M0_BIAS);
  }

  /** The nearest e4m3; NaN beyond ±464. */
  public static byte toE4m3(double value) {
    if (Double.isNaN(value) || Math.abs(value) > E4M3_LIMIT) {
      return (byte) (Double.doubleToRawLongBits(value) < 0 ? SIGN | NAN : NAN);
    }
    return (byte) SmallFloats.E4M3.code(value);
  }

  /** The nearest e5m2. */
  public static byte toE5m2(double value) {
    return (byte) HalfFloats.round(value, 5, 2);
  }

  /**
   * The e8m0 of a power of two.
   *
   * @throws IllegalArgumentException if the number is neither NaN nor a power of two in range
   */
  public static byte toE8m0(double value) {
    if (Double.isNaN(value)) {
      return (byte) E8M0_NAN;
    }
    int exponent = Math.getExponent(value);
    Require.that(
        value == Math.scalb(1.0, exponent) && Math.abs(exponent) <= E8M0_BIAS,
        "an e8m0 must be a power of two from 2^-127 to 2^127 but was %s",
        value);
    return (byte) (exponent + E8M0_BIAS);
  }
}
