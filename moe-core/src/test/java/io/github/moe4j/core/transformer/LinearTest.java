package io.github.moe4j.core.transformer;

import static io.github.moe4j.core.transformer.LayerChecks.assertRefused;
import static io.github.moe4j.core.transformer.LayerChecks.closed;
import static io.github.moe4j.core.transformer.LayerChecks.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LinearTest {
  private static Linear linear(int inputs, int outputs) {
    return Linear.create(inputs, outputs, DataType.DOUBLE, new SplittableRandom(1));
  }

  /** The extremes of 1000 numbers uniform in ±1/2 are within 0.01 of the ends but for 1 seed in 10^4. */
  @Test
  void create_bias_isUniformInTheBound() {
    INDArray bias = linear(4, 1000).parameters().get("bias");
    assertEquals(0.495, bias.maxNumber().doubleValue(), 0.005);
    assertEquals(-0.495, bias.minNumber().doubleValue(), 0.005);
    assertEquals(0, bias.meanNumber().doubleValue(), 0.05);
  }

  @Test
  void pass_arraysThatDoNotFit_areRefused() {
    LayerChecks.assertInputsRefused(linear(3, 2), "a linear layer", "1", 3, "weight");
    LayerChecks.assertBackwardRefused(linear(2, 2), "a linear layer", 2, "weight");
  }

  @Test
  void backward_dyThatDoesNotFit_isRefused() {
    Linear linear = linear(3, 2);
    Gradients into = linear.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      Linear.Pass pass = linear.forward(TokenBatch.training(zeros(2, 3)), scope);
      INDArray dx = zeros(2, 3);
      assertRefused(
          "dy of a linear layer" + LayerChecks.CLOSED, () -> pass.backward(closed(2, 2), dx, into));
      assertRefused("dy must be [2, 2] but was [2, 3]", () -> pass.backward(zeros(2, 3), dx, into));
      assertRefused(
          "dy must be DOUBLE but was FLOAT",
          () -> pass.backward(Nd4j.zeros(DataType.FLOAT, 2, 2), dx, into));
    }
  }

  @Test
  void toString_ofLinear_hasSizesAndType() {
    assertEquals("linear layer from 3 to 2, DOUBLE", linear(3, 2).toString());
  }
}
