package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FastSigmoidTest {
  private static double[] sigmoid(double... x) {
    double[] result = new double[x.length];
    FastSigmoid.apply(x, result);
    return result;
  }

  @Test
  void apply_withinTheLimit_nearTheExactOne() {
    double[] x = new double[80_001];
    Arrays.setAll(x, i -> i / 1000.0 - 40);
    double[] before = x.clone();
    double[] s = sigmoid(x);
    for (int i = 0; i < x.length; i++) {
      double exact = 1 / (1 + StrictMath.exp(-x[i]));
      assertTrue(Math.abs(s[i] - exact) <= 1e-10 * exact, "sigmoid of " + x[i] + " was " + s[i]);
    }
    assertArrayEquals(before, x);
  }

  @Test
  void apply_beyondTheLimit_asAtTheLimit() {
    double[] s = sigmoid(-40, -41, -1e30, Double.NEGATIVE_INFINITY);
    for (double value : s) {
      assertEquals(s[0], value);
    }
    assertArrayEquals(new double[] {1, 1, 1}, sigmoid(40, 1e30, Double.POSITIVE_INFINITY));
  }

  @Test
  void apply_zeroAndNaN_halfAndNaN() {
    assertArrayEquals(new double[] {0.5, Double.NaN}, sigmoid(0, Double.NaN));
  }

  @Test
  void apply_anyLength_eachByItself() {
    for (int length : new int[] {0, 1, 3, 4, 6, 8, 13, 17, 1024}) {
      double[] x = new double[length];
      Arrays.setAll(x, i -> 0.37 * i - 3);
      double[] s = sigmoid(x);
      for (int i = 0; i < length; i++) {
        assertEquals(sigmoid(x[i])[0], s[i]);
      }
    }
  }
}
