package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MeanSquaredErrorTest {
  private static final String CLOSED =
      " must be usable but it, or the array of which it is a view, was closed";

  /** Errors by row: −1 and 2; 4 and 0; −3 and 1. */
  private static final double[] Y = {1, 2, 3, -1, 0, 5};

  private static final double[] TARGET = {2, 0, -1, -1, 3, 4};

  private static INDArray array(double[] values) {
    return RandomArrays.of(DataType.DOUBLE, values, 3, 2);
  }

  @Test
  void of_allTokens_isTheMeanOverTokensAndColumns() {
    LossGradient loss = MeanSquaredError.of(array(Y), array(TARGET));
    // (1 + 4 + 16 + 0 + 9 + 1)/6
    assertEquals(31.0 / 6, loss.value(), 1e-14);
    double[] gradient = {-1 / 3.0, 2 / 3.0, 4 / 3.0, 0, -1, 1 / 3.0};
    Near.assertNear("gradient", gradient, Near.values(loss.gradient()), 1e-15);
  }

  @Test
  void of_padding_isNotCounted() {
    TokenMask mask = TokenMask.of(true, false, true);
    LossGradient loss = MeanSquaredError.of(array(Y), array(TARGET), mask);
    // (1 + 4 + 9 + 1)/4
    assertEquals(3.75, loss.value(), 1e-15);
    double[] gradient = {-0.5, 1, 0, 0, -1.5, 0.5};
    Near.assertNear("gradient", gradient, Near.values(loss.gradient()), 1e-15);
    LossGradient none =
        MeanSquaredError.of(array(Y), array(TARGET), TokenMask.of(false, false, false));
    assertEquals(0, none.value());
    Near.assertAllZero("gradient", Near.values(none.gradient()));
  }

  @Test
  void of_divisor_replacesTheNumberOfTokens() {
    LossGradient loss = MeanSquaredError.of(array(Y), array(TARGET), TokenMask.none(3), 4);
    // 31 over 4 tokens of 2 columns
    assertEquals(3.875, loss.value(), 1e-15);
    double[] gradient = {-0.25, 0.5, 1, 0, -0.75, 0.25};
    Near.assertNear("gradient", gradient, Near.values(loss.gradient()), 1e-15);
    LossGradient sum = MeanSquaredError.of(array(Y), array(TARGET), TokenMask.none(3), 1);
    assertEquals(15.5, sum.value(), 1e-14);
  }

  @Test
  void of_wrongShapes_messageNamesTheArray() {
    INDArray y = array(Y);
    INDArray vector = RandomArrays.of(DataType.DOUBLE, new double[] {1, 2, 3}, 3);
    assertRefused("y must be [*, *] but was [3]", () -> MeanSquaredError.of(vector, vector));
    assertRefused(
        "y must be [2, *] but was [3, 2]", () -> MeanSquaredError.of(y, y, TokenMask.none(2)));
    assertRefused(
        "target must be [3, 2] but was [2, 3]", () -> MeanSquaredError.of(y, y.reshape(2, 3)));
    assertRefused(
        "target must be [3, 2] but was [3]",
        () -> MeanSquaredError.of(y, vector, TokenMask.none(3)));
  }

  @Test
  void of_wrongTypes_messageNamesTheArray() {
    INDArray y = array(Y);
    INDArray whole = y.castTo(DataType.INT32);
    assertRefused("y must be FLOAT or DOUBLE but was INT", () -> MeanSquaredError.of(whole, whole));
    assertRefused(
        "target must be DOUBLE but was FLOAT",
        () -> MeanSquaredError.of(y, y.castTo(DataType.FLOAT)));
  }

  @Test
  void of_divisorThatIsNotPositive_isRefused() {
    INDArray y = array(Y);
    TokenMask mask = TokenMask.none(3);
    assertRefused("divisor must be above 0 but was 0", () -> MeanSquaredError.of(y, y, mask, 0));
    assertRefused("divisor must be above 0 but was -2", () -> MeanSquaredError.of(y, y, mask, -2));
  }

  @Test
  void of_closedArrays_messageNamesThem() {
    INDArray closed = Nd4j.create(DataType.DOUBLE, 3, 2);
    closed.close();
    TokenMask mask = TokenMask.none(3);
    assertRefused(
        "y of the squared error" + CLOSED, () -> MeanSquaredError.of(closed, array(Y), mask));
    assertRefused(
        "target of the squared error" + CLOSED, () -> MeanSquaredError.of(array(Y), closed, mask));
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
