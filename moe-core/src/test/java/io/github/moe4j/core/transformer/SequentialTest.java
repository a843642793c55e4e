package io.github.moe4j.core.transformer;

import static io.github.moe4j.core.transformer.LayerChecks.CLOSED;
import static io.github.moe4j.core.transformer.LayerChecks.assertRefused;
import static io.github.moe4j.core.transformer.LayerChecks.closed;
import static io.github.moe4j.core.transformer.LayerChecks.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SequentialTest {
  private static Linear linear() {
    return Linear.create(2, 3, DataType.DOUBLE, new SplittableRandom(1));
  }

  private static Sequential sequence() {
    return Sequential.builder().add("a", linear()).build();
  }

  @Test
  void forward_closedInput_isRefused() {
    INDArray x = zeros(1, 2);
    TokenBatch input = TokenBatch.training(x);
    x.close();
    assertRefused("x of a sequence of layers" + CLOSED, () -> sequence().forward(input));
  }

  /** A layer that takes memory and fails. */
  private static final class FailingLayer implements TokenLayer {
    private final IllegalStateException failure = new IllegalStateException("failed");
    private Arena.@Nullable Scope scope;

    @Override
    public NamedArrays parameters() {
      return NamedArrays.none();
    }

    @Override
    public Pass forward(TokenBatch input, Arena.Scope scope) {
      this.scope = scope;
      throw failure;
    }
  }

  @Test
  void forward_layerThatFails_returnsTheMemory() {
    FailingLayer failing = new FailingLayer();
    Sequential model = Sequential.builder().add("a", linear()).add("b", failing).build();
    TokenBatch input = TokenBatch.training(zeros(1, 2));
    assertSame(failing.failure, assertThrows(RuntimeException.class, () -> model.forward(input)));
    assertEquals(
        "the memory of the pass of a sequence of layers was returned",
        assertThrows(IllegalStateException.class, () -> failing.scope.takeInts(1))
            .getMessage());
  }

  @Test
  void backward_dyThatDoesNotFit_isRefused() {
    Sequential model = sequence();
    Gradients into = model.parameters().zeroGradients();
    try (Sequential.Pass pass = model.forward(TokenBatch.training(zeros(1, 2)))) {
      assertRefused("dy of a sequence of layers" + CLOSED, () -> pass.backward(closed(1, 3), into));
      assertRefused("dy must be [1, 3] but was [1, 2]", () -> pass.backward(zeros(1, 2), into));
      assertRefused(
          "dy must be DOUBLE but was FLOAT",
          () -> pass.backward(Nd4j.zeros(DataType.FLOAT, 1, 3), into));
      assertRefused(
          "a sequence of layers: no gradient a.weight among []",
          () -> pass.backward(zeros(1, 3), Gradients.in(NamedArrays.none())));
      pass.backward(zeros(1, 3), into); // a refusal does not use the pass up
    }
  }

  /** Why there is no backward comes first, whatever the arrays. */
  @Test
  void backward_afterAnEvaluationOrClose_saysSo() {
    Sequential model = sequence();
    Gradients into = model.parameters().zeroGradients();
    Sequential.Pass evaluated = model.forward(TokenBatch.evaluation(zeros(1, 2)));
    assertEquals(
        "backward of a sequence of layers came after an evaluation: use TokenBatch.training, or"
            + " request gradients of the evaluation by TokenBatch.differentiable()",
        assertThrows(IllegalStateException.class, () -> evaluated.backward(zeros(9, 9), into))
            .getMessage());
    Sequential.Pass pass = model.forward(TokenBatch.training(zeros(1, 2)));
    pass.close();
    assertEquals(
        "backward of a sequence of layers came after the pass was closed",
        assertThrows(IllegalStateException.class, () -> pass.backward(zeros(1, 3), into))
            .getMessage());
  }

  @Test
  void add_nameUsedAlready_isRefused() {
    Sequential.Builder builder = Sequential.builder().add("a", linear());
    assertRefused("layer a must be given once", () -> builder.add("a", linear()));
  }

  @Test
  void toString_ofSequence_hasNamesAndLayers() {
    assertEquals(
        "{in=linear layer from 2 to 3, DOUBLE, norm=layer norm of width 3, DOUBLE}",
        Sequential.builder()
            .add("in", linear())
            .add("norm", LayerNorm.create(3, DataType.DOUBLE))
            .build()
            .toString());
  }
}
