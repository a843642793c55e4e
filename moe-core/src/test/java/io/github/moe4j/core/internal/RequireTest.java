package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RequireTest {
  private static void assertRefused(String message, Executable check) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, check).getMessage());
  }

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.FLOAT, shape);
  }

  private static INDArray closed() {
    INDArray array = zeros(2, 3);
    array.close();
    return array;
  }

  @Test
  void that_doesNotHold_formatsTheMessage() {
    assertDoesNotThrow(() -> Require.that(true, "%s", "x"));
    assertRefused("x is 3", () -> Require.that(false, "%s is %d", "x", 3));
  }

  @Test
  void positive_from1On_theValue() {
    assertEquals(1, Require.positive("n", 1));
    assertEquals(7, Require.positive("n", 7));
    assertRefused("n must be at least 1 but was 0", () -> Require.positive("n", 0));
  }

  @Test
  void finite_anyFiniteNumber_theValue() {
    assertEquals(-2.5, Require.finite("x", -2.5));
    assertRefused("x must be finite but was NaN", () -> Require.finite("x", Double.NaN));
    assertRefused(
        "x must be finite but was -Infinity", () -> Require.finite("x", Double.NEGATIVE_INFINITY));
  }

  @Test
  void notNegative_from0On_theValue() {
    assertEquals(0, Require.notNegative("x", 0));
    assertEquals(2.5, Require.notNegative("x", 2.5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY})
  void notNegative_others_refused(double value) {
    assertRefused(
        "x must be finite and at least 0 but was " + value, () -> Require.notNegative("x", value));
  }

  @Test
  void usable_closed_namesArrayAndLayer() {
    INDArray open = zeros(2, 3);
    assertTrue(Require.isUsable(open));
    assertDoesNotThrow(() -> Require.usable("x", open));
    assertDoesNotThrow(() -> Require.usable("x", open, "layer 1"));
    INDArray closed = closed();
    assertFalse(Require.isUsable(closed));
    String fault = "must be usable but it, or the array of which it is a view, was closed";
    assertRefused("x " + fault, () -> Require.usable("x", closed));
    assertRefused("x of layer 1 " + fault, () -> Require.usable("x", closed, "layer 1"));
    assertRefused("x " + fault, () -> Require.shape("x", closed, 2, 3));
  }

  @Test
  void shape_sameOrAny_accepted() {
    assertDoesNotThrow(() -> Require.shape("x", zeros(2, 3), 2, 3));
    assertDoesNotThrow(() -> Require.shape("x", zeros(2, 3), -1, 3));
    assertDoesNotThrow(() -> Require.shape("x", zeros(0, 3), 0, -1));
  }

  @Test
  void shape_other_saysBoth() {
    assertRefused("x must be [2, 4] but was [2, 3]", () -> Require.shape("x", zeros(2, 3), 2, 4));
    assertRefused("x must be [*, 2] but was [2, 3]", () -> Require.shape("x", zeros(2, 3), -1, 2));
    assertRefused("x must be [0, *] but was [2, 3]", () -> Require.shape("x", zeros(2, 3), 0, -1));
    assertRefused("x must be [2] but was [2, 3]", () -> Require.shape("x", zeros(2, 3), 2));
    assertRefused(
        "x must be [2, 3, 1] but was [2, 3]", () -> Require.shape("x", zeros(2, 3), 2, 3, 1));
  }

  @Test
  void length_other_saysBoth() {
    assertDoesNotThrow(() -> Require.length("x", new double[2], 2));
    assertRefused("x must have length 3 but has 2", () -> Require.length("x", new double[2], 3));
  }

  @Test
  void type_other_saysBoth() {
    assertDoesNotThrow(() -> Require.type("x", zeros(1), DataType.FLOAT));
    assertRefused(
        "x must be DOUBLE but was FLOAT", () -> Require.type("x", zeros(1), DataType.DOUBLE));
  }

  @Test
  void floating_typesTheLibraryComputesIn_theType() {
    assertEquals(DataType.FLOAT, Require.floating("type", DataType.FLOAT));
    assertEquals(DataType.DOUBLE, Require.floating("type", DataType.DOUBLE));
    assertRefused(
        "type must be FLOAT or DOUBLE but was INT", () -> Require.floating("type", DataType.INT32));
  }

  @Test
  void target_shapeTypeAndOrder_checked() {
    INDArray like = zeros(2, 3);
    assertDoesNotThrow(() -> Require.target("sum", zeros(2, 3), like));
    assertRefused(
        "sum must be [2, 3] but was [2, 2]", () -> Require.target("sum", zeros(2, 2), like));
    assertRefused(
        "sum must be FLOAT but was DOUBLE",
        () -> Require.target("sum", Nd4j.zeros(DataType.DOUBLE, 2, 3), like));
    assertRefused(
        "sum must be contiguous in c order but has order f and strides [1, 2]",
        () -> Require.target("sum", like.dup('f'), like));
  }
}
