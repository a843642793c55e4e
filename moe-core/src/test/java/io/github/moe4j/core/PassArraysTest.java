package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What the layers of the library never come to, and those of a caller may. */
class PassArraysTest {
  private static final String PART = "my part";
  private static final String CLOSED =
      " of my part must be usable but it, or the array of which it is a view, was closed";

  private final INDArray x = zeros(2, 3);
  private final INDArray weight = zeros(2, 3);
  private final NamedArrays parameters =
      NamedArrays.builder().add("weight", weight).add("bias", zeros(1, 3)).build();

  private static INDArray zeros(int rows, int columns) {
    return Nd4j.zeros(DataType.DOUBLE, rows, columns);
  }

  private static INDArray closed() {
    INDArray array = zeros(2, 3);
    array.close();
    return array;
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  private static Gradients in(INDArray ofWeight, INDArray ofBias) {
    return Gradients.in(
        NamedArrays.builder().add("weight", ofWeight).add("bias", ofBias).build());
  }

  private static void refused(String message, Executable check) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, check).getMessage());
  }

  @Test
  void requireOutput_yInAParameter_isRefused() {
    PassArrays.requireOutput(PART, parameters, x, zeros(2, 3));
    refused(
        "parameter weight and y of my part must not share memory",
        () -> PassArrays.requireOutput(PART, parameters, x, weight));
    refused("y" + CLOSED, () -> PassArrays.requireOutput(PART, parameters, x, closed()));
  }

  @Test
  void requireBackward_closedArrays_areNamedBeforeShapesAreCompared() {
    Gradients into = parameters.zeroGradients();
    refused(
        "x" + CLOSED,
        () -> PassArrays.requireBackward(PART, parameters, closed(), zeros(4, 3), x, into));
    refused("x" + CLOSED, () -> PassArrays.requireBackward(PART, parameters, closed(), x, into));
    refused(
        "dy" + CLOSED,
        () -> PassArrays.requireBackward(PART, parameters, x, closed(), zeros(2, 3), into));
    refused("dx" + CLOSED, () -> PassArrays.requireBackward(PART, parameters, x, closed(), into));
  }

  @Test
  void requireBackward_targetsInOneMemory_areRefused() {
    INDArray all = zeros(4, 3);
    INDArray first = rows(all, 0, 2);
    INDArray dx = zeros(2, 3);
    PassArrays.requireBackward(PART, parameters, x, dx, in(first, rows(all, 2, 3)));
    String message = "gradient of weight and gradient of bias of my part must not share memory";
    Gradients overlapping = in(first, rows(all, 1, 2));
    refused(message, () -> PassArrays.requireBackward(PART, parameters, x, dx, overlapping));
    refused(message, () -> PassArrays.requireGradients(PART, parameters, overlapping));
    refused(
        "dx and gradient of weight of my part must not share memory",
        () -> PassArrays.requireBackward(
            PART, parameters, x, rows(all, 1, 3), in(first, zeros(1, 3))));
  }
}
