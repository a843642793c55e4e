package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogTest {
  private static void assertClose(double expected, double actual, String what) {
    assertTrue(
        Math.abs(actual - expected) <= 4 * Math.ulp(expected),
        what + ": " + actual + " is too far from " + expected);
  }

  @Test
  void log_manyNumbers_withinFourUnitsInTheLastPlace() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      double x = StrictMath.pow(2, random.nextDouble() * 2000 - 1000);
      assertClose(StrictMath.log(x), Log.log(x), "ln " + x);
      double near = 0.5 + random.nextDouble() * 1.5;
      assertClose(StrictMath.log(near), Log.log(near), "ln " + near);
    }
  }

  @Test
  void log_edges_exact() {
    assertEquals(0, Log.log(1));
    assertClose(StrictMath.log(Double.MIN_NORMAL), Log.log(Double.MIN_NORMAL), "smallest");
    assertClose(StrictMath.log(Double.MAX_VALUE), Log.log(Double.MAX_VALUE), "largest");
    assertClose(StrictMath.log(0x1p-54), Log.log(0x1p-54), "smallest uniform");
    assertClose(StrictMath.log(Math.nextDown(1.0)), Log.log(Math.nextDown(1.0)), "just below 1");
  }

  @Test
  void log_range_sameBitsAsOneByOne() {
    SplittableRandom random = new SplittableRandom(3);
    for (int length : new int[] {0, 1, 7, 511, 512, 513, 2000}) {
      double[] values = new double[length + 5];
      for (int i = 0; i < values.length; i++) {
        values[i] = StrictMath.pow(2, random.nextDouble() * 2000 - 1000);
      }
      double[] expected = values.clone();
      for (int i = 3; i < length + 3; i++) {
        expected[i] = Log.log(values[i]);
      }
      Log.log(values, 3, length + 3);
      assertArrayEquals(expected, values);
    }
  }

  /** Every term of the series counts, those of the last digit too. */
  @Test
  void log1p_manyNumbers_sameBitsOnEveryJdk() {
    SplittableRandom random = new SplittableRandom(5);
    long hash = 0;
    for (int i = 0; i < 10_000; i++) {
      hash = 31 * hash + Double.doubleToLongBits(Log.log1p(random.nextDouble() * 1.4 - 0.4));
    }
    assertEquals(-3384899739527268581L, hash);
  }

  /** Where m is halved: just below, at and just above a power of two times √2. */
  @Test
  void log_nearRootOfTwo_withinFourUnitsInTheLastPlace() {
    for (double scale : new double[] {0x1p-1000, 0.5, 1, 2, 0x1p1000}) {
      double root = Math.sqrt(2) * scale;
      for (double x : new double[] {Math.nextDown(root), root, Math.nextUp(root)}) {
        assertClose(StrictMath.log(x), Log.log(x), "ln " + x);
      }
    }
  }

  @Test
  void log1p_manyNumbers_withinFourUnitsInTheLastPlace() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 200_000; i++) {
      double y = random.nextDouble() * 1.4 - 0.4;
      assertClose(StrictMath.log1p(y), Log.log1p(y), "ln(1 + " + y + ")");
      double small = StrictMath.pow(2, -random.nextDouble() * 1000);
      assertClose(StrictMath.log1p(small), Log.log1p(small), "ln(1 + " + small + ")");
    }
    assertEquals(0, Log.log1p(0));
  }
}
