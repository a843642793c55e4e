package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationTest {
  @ParameterizedTest
  @EnumSource
  void slope_manyPoints_matchesDifferences(Activation activation) {
    double[] x = new double[81];
    double[] slope = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = -8.05 + 0.2 * i; // passes 0 at a distance of 0.05: RELU has a kink there
      slope[i] = activation.slope(x[i]);
    }
    GradientCheck.of(() -> java.util.Arrays.stream(x).map(activation::value).sum())
        .add(activation.name(), x, slope)
        .assertCorrect();
  }

  @ParameterizedTest
  @EnumSource
  void value_manyPoints_matchesNaive(Activation activation) {
    for (double x = -8; x <= 8; x += 0.125) {
      assertEquals(NaiveMoe.value(activation, x), activation.value(x), 1e-14, "at " + x);
    }
  }

  @ParameterizedTest
  @EnumSource
  void value_largeArguments_linearOrZero(Activation activation) {
    double tiny = Double.MIN_NORMAL; // −0.0 is as good as 0.0
    assertEquals(0, activation.value(0), tiny);
    assertEquals(1000, activation.value(1000), tiny);
    assertEquals(0, activation.value(-1000), tiny);
    assertEquals(1, activation.slope(1000), tiny);
    assertEquals(0, activation.slope(-1000), tiny);
    assertTrue(Double.isFinite(activation.slope(1e30)) && Double.isFinite(activation.slope(-1e30)));
  }

  @Test
  void value_atOne_publishedNumbers() {
    // SiLU(1) = 1/(1+1/e); GELU(1) = Φ(1); tanh-GELU(1) as PyTorch prints it
    assertEquals(0.731058578630005, Activation.SILU.value(1), 1e-14);
    assertEquals(0.841344746068543, Activation.GELU.value(1), 1e-14);
    assertEquals(0.841191990608276, Activation.GELU_TANH.value(1), 1e-13);
    assertEquals(1, Activation.RELU.value(1));
  }

  @Test
  void slope_reluAtKink_zero() {
    assertEquals(0, Activation.RELU.slope(0));
  }
}
