package io.github.moe4j.core.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class LayerNormTest {
  /** (x − mean)/√(variance + ε) of a token of variance 1 is ±{@value}. */
  private static final double ONE = 0.999995000037499688;

  private static INDArray tokens(double... values) {
    return RandomArrays.of(DataType.DOUBLE, values, values.length / 2, 2);
  }

  @Test
  void forward_weightAndBias_scaleAndShift() {
    LayerNorm norm = LayerNorm.create(2, DataType.DOUBLE);
    norm.parameters().get("weight").assign(Nd4j.createFromArray(2.0, -3));
    norm.parameters().get("bias").assign(Nd4j.createFromArray(10.0, 20));
    double[] y = LayerChecks.outputs(norm, TokenBatch.evaluation(tokens(1, 3)));
    Near.assertNear("y", new double[] {-2 * ONE + 10, -3 * ONE + 20}, y, 1e-15);
  }

  @Test
  void forward_paddingAfterARealToken_isZero() {
    LayerNorm norm = LayerNorm.create(2, DataType.DOUBLE);
    TokenBatch input = TokenBatch.evaluation(tokens(1, 3, Double.NaN, 7, 5, 3))
        .withMask(TokenMask.of(true, false, true));
    double[] y = LayerChecks.outputs(norm, input);
    Near.assertNear("y", new double[] {-ONE, ONE, 0, 0, ONE, -ONE}, y, 1e-15);
  }

  /** The squares of such numbers have more bits than a double. */
  @Test
  void forward_meanMuchLargerThanTheDeviation_keepsTheVariance() {
    LayerNorm norm = LayerNorm.create(2, DataType.DOUBLE);
    double[] y = LayerChecks.outputs(norm, TokenBatch.evaluation(tokens(0x1p52 + 1, 0x1p52 + 3)));
    Near.assertNear("y", new double[] {-ONE, ONE}, y, 1e-15);
  }

  @Test
  void backward_padding_isTheGradient() {
    LayerNorm norm = LayerNorm.create(3, DataType.DOUBLE);
    RandomArrays.fill(norm.parameters(), Seeds.random(1), 1);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 3, 3);
    TokenMask mask = TokenMask.of(true, false, true);
    LayerChecks.assertGradients(norm, TokenBatch.training(x).withMask(mask), 3);
  }

  @Test
  void pass_arraysThatDoNotFit_areRefused() {
    LayerNorm norm = LayerNorm.create(2, DataType.DOUBLE);
    LayerChecks.assertInputsRefused(norm, "a layer normalization", "1", 2, "weight");
    LayerChecks.assertBackwardRefused(norm, "a layer normalization", 2, "weight");
  }

  @Test
  void toString_ofLayerNorm_hasWidthAndType() {
    assertEquals(
        "layer norm of width 2, DOUBLE", LayerNorm.create(2, DataType.DOUBLE).toString());
  }
}
