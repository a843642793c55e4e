package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FastSigmoidTest {
  private static float[] sigmoid(float... x) {
    float[] result = new float[x.length];
    FastSigmoid.apply(x, result);
    return result;
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({"-30,-20,1e-4", "-20,-4,1e-5", "-4,-1,2e-6", "-1,30,4e-7"})
  void apply_withinTheLimit_nearTheExactOne(float from, float to, double tolerance) {
    float[] x = new float[80_001];
    for (int i = 0; i < x.length; i++) {
      x[i] = from + (to - from) * i / (x.length - 1);
    }
    float[] before = x.clone();
    float[] s = sigmoid(x);
    for (int i = 0; i < x.length; i++) {
      double exact = 1 / (1 + StrictMath.exp(-(double) x[i]));
      assertTrue(
          Math.abs(s[i] - exact) <= tolerance * exact, "sigmoid of " + x[i] + " was " + s[i]);
    }
    assertArrayEquals(before, x);
  }

  @Test
  void apply_beyondTheLimit_asAtTheLimit() {
    float[] s = sigmoid(-30, -31, -1e30f, Float.NEGATIVE_INFINITY);
    for (float value : s) {
      assertEquals(s[0], value);
    }
    assertArrayEquals(new float[] {1, 1, 1}, sigmoid(30, 1e30f, Float.POSITIVE_INFINITY));
  }

  @Test
  void apply_zeroAndNaN_halfAndNaN() {
    assertArrayEquals(new float[] {0.5f, Float.NaN}, sigmoid(0, Float.NaN));
  }

  @Test
  void apply_anyLength_eachByItself() {
    for (int length : new int[] {0, 1, 3, 4, 6, 8, 13, 17, 1024}) {
      float[] x = new float[length];
      for (int i = 0; i < length; i++) {
        x[i] = 0.037f * i - 3;
      }
      float[] s = sigmoid(x);
      for (int i = 0; i < length; i++) {
        assertEquals(sigmoid(x[i])[0], s[i]);
      }
    }
  }
}
