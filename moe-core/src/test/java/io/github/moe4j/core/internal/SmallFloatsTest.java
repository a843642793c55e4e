package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SmallFloatsTest {
  @Test
  void value_everyCode_asDefined() {
    assertArrayEquals(new float[] {0, 0.5f, 1, 1.5f, 2, 3, 4, 6}, SmallFloats.E2M1.values());
    assertEquals(0x1p-9f, SmallFloats.E4M3.value(1));
    assertEquals(0x7p-9f, SmallFloats.E4M3.value(7));
    assertEquals(0x1p-6f, SmallFloats.E4M3.value(8));
    assertEquals(1, SmallFloats.E4M3.value(0x38));
    assertEquals(-448, SmallFloats.E4M3.value(0xfe));
    assertEquals(127, SmallFloats.E4M3.values().length);
    for (int code = 0; code < 127; code++) {
      int exponent = code / 8;
      double value =
          exponent == 0 ? code % 8 * 0x1p-9 : (8 + code % 8) / 8.0 * Math.pow(2, exponent - 7);
      assertEquals((float) value, SmallFloats.E4M3.value(code));
      assertEquals((float) -value, SmallFloats.E4M3.value(code | 0x80));
    }
  }

  @Test
  void code_finiteNumbers_themselves() {
    for (SmallFloats format : new SmallFloats[] {SmallFloats.E4M3, SmallFloats.E2M1}) {
      for (int code = 0; code < format.values().length; code++) {
        assertEquals(code, format.code(format.value(code)));
        int negative = code | format.signBit();
        assertEquals(negative, format.code(format.value(negative)));
      }
    }
  }

  @Test
  void code_random_nearestTiesToEven() {
    SplittableRandom random = Seeds.random(1);
    for (SmallFloats format : new SmallFloats[] {SmallFloats.E4M3, SmallFloats.E2M1}) {
      for (int i = 0; i < 20_000; i++) {
        // Half of all are numbers of the format or half way between two.
        int low = random.nextInt(format.values().length - 1);
        double middle = (format.value(low) + (double) format.value(low + 1)) / 2;
        double size = i % 2 == 0 ? middle : random.nextDouble() * format.largest();
        double value = random.nextBoolean() ? size : -size;
        int code = format.code(value);
        double error = Math.abs(format.value(code) - value);
        for (int other = 0; other < format.values().length; other++) {
          double its = Math.abs(format.value(other) - size);
          assertTrue(its > error || its == error && code % 2 == 0 || same(format, code, other));
        }
      }
      assertEquals(format.largest(), format.value(format.code(1e30)));
    }
  }

  private static boolean same(SmallFloats format, int code, int other) {
    return (code & format.signBit() - 1) == other;
  }
}
