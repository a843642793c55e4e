package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AccuracyTest {
  /** The largest logits are those of the classes 2, 1, 0 and 2. */
  private static INDArray logits(DataType type) {
    double[] values = {-3, -2, -1, 0, 5, 4, 7, -7, 6, 1, 2, 3};
    return RandomArrays.of(type, values, 4, 3);
  }

  @Test
  void of_anyType_isTheShareOfTokensWhoseTargetIsLargest() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      assertEquals(1, Accuracy.of(logits(type), new int[] {2, 1, 0, 2}));
      assertEquals(0.75, Accuracy.of(logits(type), new int[] {2, 1, 1, 2}));
      assertEquals(0, Accuracy.of(logits(type), new int[] {0, 0, 1, 1}));
    }
  }

  @Test
  void of_columnMajorLogits_readsRows() {
    INDArray columns = logits(DataType.FLOAT).dup('f');
    assertEquals(1, Accuracy.of(columns, new int[] {2, 1, 0, 2}));
  }

  @Test
  void of_ties_goToTheLowestClass() {
    double[] values = {1, 1, 0, 0, 2, 2, 3, 3, 3};
    INDArray logits = RandomArrays.of(DataType.FLOAT, values, 3, 3);
    assertEquals(1, Accuracy.of(logits, new int[] {0, 1, 0}));
    assertEquals(0, Accuracy.of(logits, new int[] {1, 2, 2}));
  }

  @Test
  void of_padding_isNeitherReadNorCounted() {
    TokenMask mask = TokenMask.of(true, false, true, false);
    INDArray logits = logits(DataType.DOUBLE);
    assertEquals(0.5, Accuracy.of(logits, new int[] {2, 99, 1, -1}, mask));
    TokenMask none = TokenMask.of(false, false, false, false);
    assertEquals(0, Accuracy.of(logits, new int[] {7, 7, 7, 7}, none));
  }

  @Test
  void of_wrongArguments_messageNamesThem() {
    INDArray logits = logits(DataType.FLOAT);
    assertRefused(
        "logits must be [2, *] but was [4, 3]", () -> Accuracy.of(logits, new int[] {0, 0}));
    assertRefused(
        "the target of token 3 must be in [0, 3) but was 3",
        () -> Accuracy.of(logits, new int[] {2, 1, 0, 3}));
    assertRefused(
        "the target of token 1 must be in [0, 3) but was -1",
        () -> Accuracy.of(logits, new int[] {2, -1, 0, 2}));
    assertRefused(
        "targets must have T = 4 classes but had 3",
        () -> Accuracy.of(logits, new int[] {2, 1, 0}, TokenMask.none(4)));
    assertRefused(
        "logits must be FLOAT or DOUBLE but was INT",
        () -> Accuracy.of(logits.castTo(DataType.INT32), new int[] {2, 1, 0, 2}));
  }

  @Test
  void of_closedLogits_areRefused() {
    INDArray closed = Nd4j.create(DataType.FLOAT, 1, 2);
    closed.close();
    assertRefused(
        "logits of the accuracy must be usable but it, or the array of which it is a view, was"
            + " closed",
        () -> Accuracy.of(closed, new int[] {0}));
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
