package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Float8Test {
  @Test
  void fromE4m3_examplesByHand() {
    assertEquals(1, Float8.fromE4m3((byte) 0x38));
    assertEquals(448, Float8.fromE4m3((byte) 0x7e));
    assertEquals(-0.001953125f, Float8.fromE4m3((byte) 0x81));
    assertEquals(0, Float.compare(-0f, Float8.fromE4m3((byte) 0x80)));
    assertTrue(Float.isNaN(Float8.fromE4m3((byte) 0x7f)));
    assertTrue(Float.isNaN(Float8.fromE4m3((byte) 0xff)));
  }

  @Test
  void toE4m3_eachCode_comesBack() {
    for (int code = 0; code < 256; code++) {
      if ((code & 0x7f) != 0x7f) {
        assertEquals((byte) code, Float8.toE4m3(Float8.fromE4m3((byte) code)));
      }
    }
  }

  @Test
  void toE4m3_ties_goToTheEvenCode_andBeyondTheRangeIsNaN() {
    assertEquals(0x38, Float8.toE4m3(1.0625)); // 1 or 1.125
    assertEquals(0x3a, Float8.toE4m3(1.1875)); // 1.125 or 1.25
    assertEquals(0x7e, Float8.toE4m3(464));
    assertEquals(0x7f, Float8.toE4m3(464.0001));
    assertEquals((byte) 0xff, Float8.toE4m3(Double.NEGATIVE_INFINITY));
    assertEquals((byte) 0x80, Float8.toE4m3(-1e-9));
  }

  @Test
  void e5m2_isTheUpperHalfOfAFloat16() {
    for (int code = 0; code < 256; code++) {
      float value = Float8.fromE5m2((byte) code);
      if (!Float.isNaN(value)) {
        assertEquals(HalfFloats.fromFloat16((short) (code << 8)), value);
        assertEquals((byte) code, Float8.toE5m2(value));
      }
    }
    assertEquals(0x7c, Float8.toE5m2(61440)); // half a step above the largest, 57344: infinite
    assertEquals(0x7b, Float8.toE5m2(61439));
    assertEquals(0x3c, Float8.toE5m2(1.125)); // 1 or 1.25
  }

  @Test
  void e8m0_isAPowerOfTwo() {
    for (int code = 0; code < 255; code++) {
      assertEquals((float) Math.pow(2, code - 127), Float8.fromE8m0((byte) code));
      assertEquals((byte) code, Float8.toE8m0(Float8.fromE8m0((byte) code)));
    }
    assertTrue(Float.isNaN(Float8.fromE8m0((byte) 0xff)));
    assertEquals((byte) 0xff, Float8.toE8m0(Double.NaN));
    for (double wrong : new double[] {3, 0, -2, Math.scalb(1.0, 128), Math.scalb(1.0, -128)}) {
      assertThrows(IllegalArgumentException.class, () -> Float8.toE8m0(wrong), () -> "" + wrong);
    }
  }
}
