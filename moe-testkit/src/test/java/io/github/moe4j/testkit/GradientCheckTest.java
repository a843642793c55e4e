package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.opentest4j.AssertionFailedError;

/** A check that cannot fail would be worse than none. */
class GradientCheckTest {
  private final double[] v = {0.5, -2, 30};

  /** {@code f = v0² + v0·v1 + sin(v2)}, {@code df = (2·v0 + v1, v0, cos(v2))}. */
  private double f() {
    return v[0] * v[0] + v[0] * v[1] + Math.sin(v[2]);
  }

  private double[] df() {
    return new double[] {2 * v[0] + v[1], v[0], Math.cos(v[2])};
  }

  @Test
  void assertCorrect_rightGradient_passesAndRestores() {
    double[] before = v.clone();
    GradientCheck.of(this::f).add("v", v, df()).assertCorrect();
    assertArrayEquals(before, v);
  }

  @Test
  void assertCorrect_smallError_namesWorstEntry() {
    double[] wrong = df();
    wrong[1] += 1e-7;
    wrong[2] += 1e-5;
    var check = GradientCheck.of(this::f).add("v", v, wrong);
    var error = assertThrows(AssertionFailedError.class, check::assertCorrect);
    assertTrue(error.getMessage().contains("v[2]"), error.getMessage());
  }

  /** Rounding of a sum of 300,000 is an error of about 1e-5 in narrow differences. */
  @Test
  void assertCorrect_largeObjective_roundingIsNoErrorOfTheGradient() {
    GradientCheck.of(() -> 100_000 * Math.PI + f()).add("v", v, df()).assertCorrect();
    double[] wrong = df();
    wrong[2] += 1e-5;
    var check = GradientCheck.of(() -> 100_000 * Math.PI + f()).add("v", v, wrong);
    var error = assertThrows(AssertionFailedError.class, check::assertCorrect);
    assertTrue(error.getMessage().contains("v[2]"), error.getMessage());
  }

  @Test
  void assertCorrect_nanGradient_fails() {
    double[] wrong = df();
    wrong[0] = Double.NaN;
    var check = GradientCheck.of(this::f).add("v", v, wrong);
    assertThrows(AssertionFailedError.class, check::assertCorrect);
  }

  @Test
  void assertCorrect_objectiveConstant_fails() {
    var check = GradientCheck.of(() -> 1).add("v", v, new double[3]);
    assertThrows(AssertionFailedError.class, check::assertCorrect);
  }

  @Test
  void assertCorrect_arrayWithAxes_namesIndices() {
    INDArray a = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 2, 3, 4);
    double[] weight = RandomArrays.normal(Seeds.random(2), 24);
    INDArray gradient = RandomArrays.of(DataType.DOUBLE, weight, 2, 3, 4);
    GradientCheck.of(() -> GradientCheck.weightedSum(a, weight))
        .add("a", a, gradient)
        .assertCorrect();
    gradient.putScalar(new int[] {1, 2, 0}, 5.0);
    var check = GradientCheck.of(() -> GradientCheck.weightedSum(a, weight)).add("a", a, gradient);
    var error = assertThrows(AssertionFailedError.class, check::assertCorrect);
    assertTrue(error.getMessage().contains("a[1, 2, 0]"), error.getMessage());
  }
}
