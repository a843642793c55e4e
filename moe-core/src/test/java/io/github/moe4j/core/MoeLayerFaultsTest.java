package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.testkit.FixedRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers that are none, and parts that do not fit together, are errors that say where. */
class MoeLayerFaultsTest {
  private static final int D = 17;
  private static final int E = 4;

  /** Every token to experts 1 and 3, so that 0 and 2 have no rows. */
  private static MoeLayer layer(DataType router, DataType experts) {
    return layer(router, experts, WeightAt.OUTPUT);
  }

  private static MoeLayer layer(DataType router, DataType experts, WeightAt weightAt) {
    INDArray gate = Nd4j.ones(router, E, D);
    ExpertOptions options = ExpertOptions.of(E, D, 5).withDataType(experts);
    return MoeLayer.builder(FixedRouter.of(gate, new int[] {1, 3}), FfnExperts.create(options, 1))
        .name("block 7")
        .weightAt(weightAt)
        .build();
  }

  private static String error(MoeLayer layer) {
    INDArray x = Nd4j.ones(layer.dataType(), 6, D);
    return assertThrows(
            IllegalArgumentException.class, () -> layer.forward(TokenBatch.evaluation(x)))
        .getMessage();
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, NaN", "DOUBLE, NaN", "FLOAT, Infinity", "DOUBLE, -Infinity"})
  void forward_weightOfAnExpertThatIsNoNumber_namesLayerExpertAndToken(
      DataType type, double value) {
    MoeLayer layer = layer(type, type);
    INDArray weight = layer.parameters().get("experts.down.weight");
    weight.putScalar(new long[] {3, D - 1, 2}, value);
    assertEquals(
        "layer block 7: outputs of experts must be finite but expert 3 has NaN or infinity"
            + " for token 0",
        error(layer));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void forward_finiteOutputsWhoseSumIsNot_namesLayerAndToken(DataType type) {
    // A weight at the input leaves two outputs of about 0.74 of the largest number, which are
    // added.
    MoeLayer layer = layer(type, type, WeightAt.INPUT);
    double largest = type == DataType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    layer.parameters().get("experts.up.weight").assign(1); // D inputs of 1 / E
    layer.parameters().get("experts.down.weight").assign(0.75 * largest / 5 / (D / (double) E));
    assertEquals(
        "layer block 7: outputs must be finite but the weighted sum of token 0 is not",
        error(layer));
  }

  @Test
  void forward_weightOfAnUnusedExpertThatIsNoNumber_changesNothing() {
    MoeLayer layer = layer(DataType.FLOAT, DataType.FLOAT);
    INDArray x = Nd4j.ones(DataType.FLOAT, 6, D);
    INDArray before = layer.forward(TokenBatch.evaluation(x)).y();
    layer.parameters().get("experts.down.weight").putScalar(new long[] {2, 0, 0}, Double.NaN);
    assertEquals(before, layer.forward(TokenBatch.evaluation(x)).y());
  }

  @Test
  void build_floatRouterWithDoubleExperts_isRefused() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> layer(DataType.FLOAT, DataType.DOUBLE));
    assertEquals(
        "router and experts differ in type: weight of the router is FLOAT and the experts are"
            + " DOUBLE",
        error.getMessage());
    assertEquals(DataType.FLOAT, layer(DataType.DOUBLE, DataType.FLOAT).dataType());
  }
}
