package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.ElementSample;
import io.github.moe4j.core.transformer.Linear;
import io.github.moe4j.core.transformer.Sequential;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Writes into x and parameters between forward and backward. */
@ExtendWith(Seeds.class)
class ChangedArraysTest {
  private static final int T = 7;
  private static final int D = 16;
  private static final int EXPERTS = 3;

  private static MoeLayer layer(DataType type) {
    return MoeLayer.of(
        FixedRouter.of(
            RandomArrays.normal(type, Seeds.random(2), EXPERTS, D), new int[] {0, 2}, new int[] {1
            }),
        GluExperts.create(ExpertOptions.of(EXPERTS, D, 8).withDataType(type), 1));
  }

  /** The message of a backward after the change, which must have added nothing. */
  private static String refusal(MoeLayer layer, INDArray x, Consumer<MoeLayer> change) {
    INDArray dx = Nd4j.zeros(x.dataType(), x.shape());
    Gradients into = layer.parameters().zeroGradients();
    INDArray dy = Nd4j.ones(x.dataType(), x.shape());
    try (MoePass pass = layer.forward(TokenBatch.training(x))) {
      change.accept(layer);
      String message = assertThrows(IllegalStateException.class, () -> pass.backward(dy, dx, into))
          .getMessage();
      assertAllZero("dx", values(dx));
      into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
      return message;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void backward_xOverwritten_isAnErrorThatSaysSo(DataType type) {
    INDArray x = RandomArrays.normal(type, Seeds.random(1), T, D);
    INDArray next = RandomArrays.normal(type, Seeds.random(3), T, D);
    assertEquals(
        "backward of layer moe came after x was changed: forward and backward need the same numbers",
        refusal(layer(type), x, l -> x.assign(next)));
  }

  @Test
  void backward_xIsRowsOfALargerArrayThatIsRefilled_isAnError() {
    INDArray all = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 3 * T, D);
    INDArray x = all.get(NDArrayIndex.interval(T, 2 * T), NDArrayIndex.all());
    String message = refusal(layer(DataType.FLOAT), x, l -> all.muli(2));
    assertTrue(message.contains("after x was changed"), message);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void backward_stepByHand_isAnErrorThatNamesTheParameter(DataType type) {
    for (String name : layer(type).parameters().names()) {
      INDArray x = RandomArrays.normal(type, Seeds.random(1), T, D);
      String message = refusal(layer(type), x, l -> l.parameters().get(name).subi(1e-3));
      assertTrue(
          message.contains("layer moe came after parameter " + name + " was changed"), message);
    }
  }

  @Test
  void backward_parametersSaidToBeChanged_isAnErrorThatSaysSo() {
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), T, D);
    assertEquals(
        "backward of layer moe came after its parameters were changed, by an optimizer or from a"
            + " checkpoint: forward and backward need the same numbers",
        refusal(layer(DataType.FLOAT), x, l -> l.experts().parameters().markChanged()));
  }

  @Test
  void backward_rowsAroundXChanged_isTheGradient() {
    INDArray all = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 3 * T, D);
    MoeLayer layer = layer(DataType.FLOAT);
    INDArray x = all.get(NDArrayIndex.interval(T, 2 * T), NDArrayIndex.all());
    try (MoePass pass = layer.forward(TokenBatch.training(x))) {
      all.get(NDArrayIndex.interval(0, T), NDArrayIndex.all()).muli(2);
      all.get(NDArrayIndex.interval(2 * T, 3 * T), NDArrayIndex.all()).muli(2);
      assertEquals(T, pass.backward(pass.y().dup()).dx().size(0));
    }
  }

  @Test
  void backward_xOfASequenceChangedOrClosed_isAnError() {
    Sequential model = Sequential.builder()
        .add("in", Linear.create(D, 4, DataType.FLOAT, Seeds.random(4)))
        .build();
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), T, D).dup();
    INDArray dy = Nd4j.ones(DataType.FLOAT, T, 4);
    Gradients into = model.parameters().zeroGradients();
    try (Sequential.Pass pass = model.forward(TokenBatch.training(x))) {
      x.addi(1);
      String changed = assertThrows(IllegalStateException.class, () -> pass.backward(dy, into))
          .getMessage();
      assertTrue(changed.contains("x was changed"), changed);
    }
    try (Sequential.Pass pass = model.forward(TokenBatch.training(x))) {
      x.close();
      String closed = assertThrows(IllegalArgumentException.class, () -> pass.backward(dy, into))
          .getMessage();
      assertTrue(closed.contains("x") && closed.contains("was closed"), closed);
    }
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,32", "3,11", "17,64", "1,100000", "100000,1", "1000,1000"})
  void sample_allElements_changesIt(int rows, int columns) {
    INDArray array = RandomArrays.normal(DataType.FLOAT, Seeds.random(5), rows, columns);
    long before = ElementSample.of(array, 32);
    assertEquals(before, ElementSample.of(array.dup(), 32));
    array.addi(1);
    assertNotEquals(before, ElementSample.of(array, 32));
    array.assign(0);
    long zeros = ElementSample.of(array, 32);
    if (rows * columns <= 32) {
      array.putScalar(rows - 1, columns - 1, 1);
      assertNotEquals(zeros, ElementSample.of(array, 32), "all elements are read");
    }
  }

  /** Written into a third of the columns, or of the rows: elements are read in all parts. */
  @Test
  void sample_thirdOfRowsOrColumns_changesIt() {
    for (int third = 0; third < 3; third++) {
      INDArray array = Nd4j.zeros(DataType.DOUBLE, 300, 96);
      long before = ElementSample.of(array, 32);
      array
          .get(NDArrayIndex.all(), NDArrayIndex.interval(32 * third, 32 * third + 32))
          .addi(1);
      assertNotEquals(before, ElementSample.of(array, 32), "columns " + third);
      array.assign(0);
      array
          .get(NDArrayIndex.interval(100 * third, 100 * third + 100), NDArrayIndex.all())
          .addi(1);
      assertNotEquals(before, ElementSample.of(array, 32), "rows " + third);
    }
  }

  @Test
  void sample_emptyArray_isZero() {
    assertEquals(0, ElementSample.of(Nd4j.zeros(DataType.FLOAT, 0, 4), 32));
  }
}
