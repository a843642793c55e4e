package io.github.moe4j.core.internal;

/**
 * The numbers of a float format of at most eight bits; a code is the sign, the exponent and the fraction.
 *
 * @param signBit of a code
 * @param values the finite ones from 0 up, by code
 */
public record SmallFloats(int signBit, float[] values) {
  /** FP8 with 4 bits of exponent and 3 of fraction, without infinities, from ±2⁻⁹ to ±448; two codes are NaN. */
  public static final SmallFloats E4M3 = of(4, 3, 127);

  /** FP4 with 2 bits of exponent and 1 of fraction: 0, ½, 1, 1½, 2, 3, 4, 6, and as many negative. */
  public static final SmallFloats E2M1 = of(2, 1, 8);

  private static SmallFloats of(int exponentBits, int fractionBits, int count) {
    int bias = (1 << exponentBits - 1) - 1;
    float[] values = new float[count];
    for (int code = 0; code < count; code++) {
      int exponent = code >> fractionBits;
      int fraction = code & (1 << fractionBits) - 1;
      int significand = exponent == 0 ? fraction : fraction | 1 << fractionBits;
      values[code] = Math.scalb(significand, Math.max(exponent, 1) - bias - fractionBits);
    }
    return new SmallFloats(1 << exponentBits + fractionBits, values);
  }

  /** The largest finite number. */
  public float largest() {
    return values[values.length - 1];
  }

  /** The code of the nearest number, ties to the even code; of the largest one for numbers beyond. */
  public int code(double value) {
    double size = Math.abs(value);
    int low = 0;
    int high = values.length - 1;
    while (low < high) { // the code is in [low, high]
      int middle = (low + high) / 2;
      double border = ((double) values[middle] + values[middle + 1]) / 2;
      if (size < border || size == border && middle % 2 == 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    return negative ? low | signBit : low;
  }

  /** The number of a code that is finite. */
  public float value(int code) {
    float size = values[code & signBit - 1];
    return (code & signBit) == 0 ? size : -size;
  }
}
