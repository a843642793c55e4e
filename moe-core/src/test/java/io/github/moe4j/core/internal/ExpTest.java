package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class ExpTest {
  private static void assertClose(double x) {
    double expected = StrictMath.exp(x);
    double error = Math.abs(Exp.exp(x) - expected) / Math.ulp(expected);
    assertTrue(error <= 2, () -> "exp(" + x + ") is off by " + error + " ulp");
  }

  @Test
  void exp_randomArguments_withinTwoUlp() {
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < 200_000; i++) {
      assertClose(1417 * random.nextDouble() - 708);
      assertClose(4 * random.nextDouble() - 2);
    }
  }

  @Test
  void exp_edges_withinTwoUlp() {
    for (double x : new double[] {-708, 709, 1e-300, -1e-300, 0.5, 1, -1, Double.MIN_VALUE}) {
      assertClose(x);
    }
    for (int k = -1021; k <= 1022; k++) {
      double half = (k + 0.5) * StrictMath.log(2); // where the rounding of k turns over
      assertClose(Math.nextDown(half));
      assertClose(half);
      assertClose(Math.nextUp(half));
    }
  }

  @Test
  void sigmoid_anyNumber_nearTheExactOne() {
    for (double x = -700; x <= 700; x += 0.37) {
      double exact = 1 / (1 + StrictMath.exp(-x));
      assertEquals(1, Exp.sigmoid(x) / exact, 1e-15, "sigmoid of " + x);
    }
    assertEquals(0.5, Exp.sigmoid(0));
    assertEquals(0, Exp.sigmoid(-710));
    assertEquals(1, Exp.sigmoid(710));
    assertEquals(Double.NaN, Exp.sigmoid(Double.NaN));
  }

  @Test
  void exp_special_asDocumented() {
    assertEquals(1, Exp.exp(0));
    assertEquals(1, Exp.exp(-0.0));
    assertEquals(0, Exp.exp(-709));
    assertEquals(0, Exp.exp(Double.NEGATIVE_INFINITY));
    assertEquals(Double.POSITIVE_INFINITY, Exp.exp(710));
    assertEquals(Double.POSITIVE_INFINITY, Exp.exp(Double.POSITIVE_INFINITY));
    assertTrue(Double.isNaN(Exp.exp(Double.NaN)));
  }
}
