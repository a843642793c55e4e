package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** All 65,536 values of each kind, and all ties between two of them. */
class HalfFloatsTest {
  private record Format(String name, int exponentBits, int fractionBits) {
    int infinity() {
      return (1 << exponentBits) - 1 << fractionBits;
    }

    /** By the definition, in plain arithmetic. */
    double value(int bits) {
      int bias = (1 << exponentBits - 1) - 1;
      int exponent = (bits & 0x7fff) >>> fractionBits;
      double fraction = (bits & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
      double magnitude = exponent == 0
          ? fraction * Math.pow(2, 1 - bias)
          : (1 + fraction) * Math.pow(2, exponent - bias);
      return bits >= 0x8000 ? -magnitude : magnitude;
    }

    float from(int bits) {
      return exponentBits == 5
          ? HalfFloats.fromFloat16((short) bits)
          : HalfFloats.fromBfloat16((short) bits);
    }

    int to(double value) {
      return 0xffff
          & (exponentBits == 5 ? HalfFloats.toFloat16(value) : HalfFloats.toBfloat16(value));
    }
  }

  private static final Format[] FORMATS = {
    new Format("float16", 5, 10), new Format("bfloat16", 8, 7)
  };

  @Test
  void from_everyBits_isTheDefinedValue() {
    for (Format format : FORMATS) {
      for (int bits = 0; bits < 1 << 16; bits++) {
        float value = format.from(bits);
        int magnitude = bits & 0x7fff;
        String which = format.name() + " " + Integer.toHexString(bits);
        if (magnitude > format.infinity()) {
          assertTrue(Float.isNaN(value), which);
        } else if (magnitude == format.infinity()) {
          assertEquals(
              bits < 0x8000 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY, value, which);
        } else {
          // Compares zeros with their sign.
          assertEquals(Double.valueOf(format.value(bits)), Double.valueOf(value), which);
        }
      }
    }
  }

  @Test
  void to_everyValue_givesItsBitsBack() {
    for (Format format : FORMATS) {
      int quiet = 1 << format.fractionBits() - 1;
      for (int bits = 0; bits < 1 << 16; bits++) {
        boolean isNan = (bits & 0x7fff) > format.infinity();
        int expected = isNan ? bits | quiet : bits;
        assertEquals(
            expected,
            format.to(format.from(bits)),
            format.name() + " " + Integer.toHexString(bits));
      }
    }
  }

  @Test
  void to_betweenNeighbours_isTheNearestAndTiesGoToEven() {
    for (Format format : FORMATS) {
      for (int low = 0; low < format.infinity(); low++) {
        // Beyond the largest number infinity stands where the next would be.
        double next = low + 1 == format.infinity()
            ? 2 * format.value(low) - format.value(low - 1)
            : format.value(low + 1);
        double tie = (format.value(low) + next) / 2;
        int even = low % 2 == 0 ? low : low + 1;
        String which = format.name() + " above " + Integer.toHexString(low);
        for (int sign = 0; sign <= 0x8000; sign += 0x8000) {
          double s = sign == 0 ? 1 : -1;
          assertEquals(sign | even, format.to(s * tie), which);
          assertEquals(sign | low, format.to(s * Math.nextDown(tie)), which);
          assertEquals(sign | low + 1, format.to(s * Math.nextUp(tie)), which);
          assertEquals(sign | low, format.to(s * Math.nextUp(format.value(low))), which);
          assertEquals(sign | low + 1, format.to(s * Math.nextDown(next)), which);
        }
      }
    }
  }

  @Test
  void to_extremes_overflowAndVanishWithTheirSign() {
    for (Format format : FORMATS) {
      assertEquals(format.infinity(), format.to(Double.MAX_VALUE));
      assertEquals(0x8000 | format.infinity(), format.to(Double.NEGATIVE_INFINITY));
      assertEquals(0, format.to(Double.MIN_VALUE));
      assertEquals(0x8000, format.to(-Double.MIN_VALUE));
      assertEquals(0x8000, format.to(-0.0));
      assertEquals(0, format.to(Double.MIN_NORMAL));
      // A payload that lies in dropped bits alone must not become infinity.
      assertTrue(format.to(Double.longBitsToDouble(0x7ff0000000000001L)) > format.infinity());
    }
  }

  /** The exponent of infinity, with a fraction that must not make it NaN: 1.5·2^16 and 1.5·2^128. */
  @Test
  void to_justBeyondTheLargestExponent_isInfinite() {
    assertEquals((short) 0x7c00, HalfFloats.toFloat16(1.5 * 0x1p16));
    assertEquals((short) 0xfc00, HalfFloats.toFloat16(-1.5 * 0x1p16));
    assertEquals((short) 0x7f80, HalfFloats.toBfloat16(1.5 * 0x1p128));
    assertEquals((short) 0xff80, HalfFloats.toBfloat16(-1.5 * 0x1p128));
  }

  /** Through a float32, 1 + 2^-11 + 2^-40 would become the tie 1 + 2^-11, and then 1. */
  @Test
  void toFloat16_ofDouble_isRoundedOnce() {
    assertEquals(0x3c01, HalfFloats.toFloat16(1 + 0x1p-11 + 0x1p-40));
    assertEquals(0x3c00, HalfFloats.toFloat16((float) (1 + 0x1p-11 + 0x1p-40)));
  }
}
