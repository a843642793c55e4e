package io.github.moe4j.core.transformer;

import static io.github.moe4j.core.transformer.LayerChecks.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RmsNormTest {
  @Test
  void forward_epsilon_isAddedToTheMeanSquare() {
    // √((9 + 16)/2 + 3.5) = 4
    RmsNorm norm = RmsNorm.create(2, 3.5, DataType.DOUBLE);
    INDArray x = RandomArrays.of(DataType.DOUBLE, new double[] {3, 4}, 1, 2);
    double[] y = LayerChecks.outputs(norm, TokenBatch.evaluation(x));
    Near.assertNear("y", new double[] {0.75, 1}, y, 1e-15);
  }

  @Test
  void of_existingWeight_isTheLiveParameter() {
    INDArray weight = LayerChecks.zeros(1);
    RmsNorm norm = RmsNorm.of(weight, 0);
    assertSame(weight, norm.parameters().get("weight"));
    assertEquals(1, norm.width());
    assertEquals(3, RmsNorm.create(3, 0, DataType.FLOAT).width());
  }

  @Test
  void of_weightOrEpsilonThatCannotBe_isRefused() {
    assertRefused(
        "weight must be [*] but was [1, 2]", () -> RmsNorm.of(LayerChecks.zeros(1, 2), 0));
    assertRefused(
        "weight must have at least 1 number but had none",
        () -> RmsNorm.of(LayerChecks.zeros(0), 0));
    assertRefused(
        "epsilon must be finite and at least 0 but was -1.0",
        () -> RmsNorm.of(LayerChecks.zeros(2), -1));
  }

  @Test
  void pass_arraysThatDoNotFit_areRefused() {
    RmsNorm norm = RmsNorm.create(2, 1e-6, DataType.DOUBLE);
    LayerChecks.assertInputsRefused(norm, "an RMS normalization", "1", 2, "weight");
    LayerChecks.assertBackwardRefused(norm, "an RMS normalization", 2, "weight");
  }

  @Test
  void toString_ofRmsNorm_hasWidthAndType() {
    assertEquals(
        "RMS norm of width 2, FLOAT", RmsNorm.create(2, 0, DataType.FLOAT).toString());
  }
}
