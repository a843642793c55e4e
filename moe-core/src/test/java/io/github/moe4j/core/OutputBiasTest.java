package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Near;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OutputBiasTest {
  private final INDArray bias = Nd4j.createFromArray(5.0, -7);
  private final OutputBias layer = OutputBias.of(bias);

  private static INDArray matrix(double... values) {
    return Nd4j.createFromArray(values).reshape(values.length / 2, 2);
  }

  @Test
  void forwardAndBackward_padding_realTokensAlone() {
    TokenBatch input =
        TokenBatch.training(matrix(1, 2, 3, 4, 5, 6)).withMask(TokenMask.of(true, false, true));
    INDArray dx = Nd4j.ones(DataType.DOUBLE, 3, 2);
    Gradients into = layer.parameters().zeroGradients();
    into.get("bias").assign(1);
    try (FeedForwardPass pass = layer.forward(input)) {
      assertNear("y", new double[] {5, -7, 0, 0, 5, -7}, Near.values(pass.y()), 0);
      pass.backward(matrix(1, 2, 10, 20, 100, 200), dx, into);
    }
    assertNear("dbias", new double[] {102, 203}, Near.values(into.get("bias")), 0);
    assertNear("dx", new double[] {1, 1, 1, 1, 1, 1}, Near.values(dx), 0);
  }

  @Test
  void forward_noTokens_nothing() {
    TokenBatch none = TokenBatch.training(Nd4j.create(DataType.DOUBLE, 0, 2));
    Gradients into = layer.parameters().zeroGradients();
    try (FeedForwardPass pass = layer.forward(none)) {
      pass.backward(Nd4j.create(DataType.DOUBLE, 0, 2), Nd4j.create(DataType.DOUBLE, 0, 2), into);
      assertEquals(0, pass.y().length());
    }
    Near.assertAllZero("dbias", Near.values(into.get("bias")));
  }

  @Test
  void close_thenBackward_isRefused() {
    FeedForwardPass pass = layer.forward(TokenBatch.training(matrix(1, 2)));
    pass.close();
    Gradients into = layer.parameters().zeroGradients();
    var error = assertThrows(
        IllegalStateException.class, () -> pass.backward(matrix(1, 2), matrix(0, 0), into));
    assertEquals("backward of an output bias came after the pass was closed", error.getMessage());
  }

  @Test
  void sharedExpert_ofALayer_biasOnEverySum() {
    // One expert that returns its token: y = x + bias
    MoeLayer biased = MoeLayer.builder(
            FixedRouter.of(matrix(1, 1), new int[] {0}), CopyExperts.of(1, 2, DataType.DOUBLE))
        .sharedExpert(layer)
        .build();
    TokenBatch input = TokenBatch.evaluation(matrix(1, 2, 3, 4));
    try (MoePass pass = biased.forward(input)) {
      double[] weights = pass.decision().assignments().weights();
      double[] expected = {weights[0] + 5, 2 * weights[0] - 7, 5, -7};
      for (int n = 1; n < weights.length; n++) {
        expected[2] += 3 * weights[n];
        expected[3] += 4 * weights[n];
      }
      assertNear("y", expected, Near.values(pass.y()), 1e-15);
    }
    assertEquals(bias, biased.parameters().get("shared.bias"));
  }

  @Test
  void of_wrongShape_messageNamesIt() {
    assertEquals(
        "bias must be [*] but was [1, 2]",
        assertThrows(IllegalArgumentException.class, () -> OutputBias.of(matrix(1, 2)))
            .getMessage());
    assertEquals(
        "bias must have at least 1 number but had none",
        assertThrows(
                IllegalArgumentException.class,
                () -> OutputBias.of(Nd4j.create(DataType.DOUBLE, 0)))
            .getMessage());
    assertEquals(1, OutputBias.of(Nd4j.createFromArray(5.0)).modelWidth());
  }
}
