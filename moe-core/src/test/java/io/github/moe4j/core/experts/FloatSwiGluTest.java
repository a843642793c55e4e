package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.testkit.RandomArrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fast combination against the exact one, which is also that of float64. */
class FloatSwiGluTest {
  private static final GluCombination EXACT = new ActivatedGate(Activation.SILU);

  @Test
  void valuesAndGradients_awkwardLengths_nearTheExactOnes() {
    for (int length : new int[] {0, 1, 3, 8, 17, 257}) {
      double[] gate = RandomArrays.normal(new SplittableRandom(1), length);
      double[] up = RandomArrays.normal(new SplittableRandom(2), length);
      double[] dHidden = RandomArrays.normal(new SplittableRandom(3), length);
      for (int i = 0; i < length; i++) {
        gate[i] *= 10;
      }
      double[][] exact = new double[3][length];
      double[][] fast = new double[3][length];
      EXACT.values(gate, up, exact[0]);
      EXACT.gradients(gate, up, dHidden, exact[1], exact[2]);
      FloatSwiGlu.INSTANCE.values(gate, up, fast[0]);
      FloatSwiGlu.INSTANCE.gradients(gate, up, dHidden, fast[1], fast[2]);
      for (int part = 0; part < 3; part++) {
        for (int i = 0; i < length; i++) {
          double tolerance = 1e-9 * (Math.abs(exact[part][i]) + 1e-6);
          assertEquals(exact[part][i], fast[part][i], tolerance, "gate " + gate[i]);
        }
      }
    }
  }

  @Test
  void values_hugeGates_finiteAndNearlyZeroBelow() {
    double[] hidden = new double[2];
    FloatSwiGlu.INSTANCE.values(new double[] {-1e38, 1e30}, new double[] {1, 2}, hidden);
    assertEquals(0, hidden[0], 1e-15);
    assertEquals(2e30, hidden[1], 1e16);
  }

  @Test
  void forFloats_otherActivations_themselves() {
    assertSame(FloatSwiGlu.INSTANCE, EXACT.forFloats());
    GluCombination gelu = new ActivatedGate(Activation.GELU);
    assertSame(gelu, gelu.forFloats());
    assertSame(
        ClampedSwiGlu.gptOss().getClass(), ClampedSwiGlu.gptOss().forFloats().getClass());
  }
}
