package io.github.moe4j.core.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checks that the tests of several layers share. */
final class LayerChecks {
  static final String CLOSED =
      " must be usable but it, or the array of which it is a view, was closed";

  private LayerChecks() {}

  static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.DOUBLE, shape);
  }

  static INDArray closed(long... shape) {
    INDArray array = zeros(shape);
    array.close();
    return array;
  }

  /** The outputs of a layer, copied. */
  static double[] outputs(TokenLayer layer, TokenBatch input) {
    try (Arena.Scope scope = new Arena().open()) {
      return Near.values(layer.forward(input, scope).y());
    }
  }

  /** Gradients of x and of every parameter agree with differences, are added, and do not depend on frozen ones. */
  static void assertGradients(TokenLayer layer, TokenBatch input, int outputs) {
    double[] weight = RandomArrays.normal(Seeds.random(9), input.tokens() * outputs);
    INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, input.tokens(), outputs);
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = zeros(input.x().shape());
    backward(layer, input, dy, dx, gradients);
    GradientCheck.of(() -> GradientCheck.weightedSum(outputs(layer, input), weight))
        .add("x", input.x(), dx)
        .addAll(layer.parameters(), gradients)
        .assertCorrect();

    INDArray once = dx.dup();
    Gradients sums = layer.parameters().zeroGradients();
    sums.add(gradients);
    backward(layer, input, dy, dx, sums);
    Near.assertNear("dx added twice", once.mul(2), dx, 1e-14);
    sums.forEach((name, sum) ->
        Near.assertNear(name + " added twice", gradients.get(name).mul(2), sum, 1e-14));

    Frozen.assertRestUnchanged(layer.parameters(), into -> {
      INDArray again = zeros(input.x().shape());
      backward(layer, input, dy, again, into);
      return again;
    });
  }

  private static void backward(
      TokenLayer layer, TokenBatch input, INDArray dy, INDArray dx, Gradients into) {
    try (Arena.Scope scope = new Arena().open()) {
      layer.forward(input, scope).backward(dy, dx, into);
    }
  }

  /**
   * Inputs of one token that a layer of DOUBLE refuses.
   *
   * @param name of the layer in messages
   * @param tokens how many there must be, in messages
   * @param inputs width of x
   * @param parameter the first parameter's name
   */
  static void assertInputsRefused(
      TokenLayer layer, String name, String tokens, int inputs, String parameter) {
    try (Arena.Scope scope = new Arena().open()) {
      INDArray x = zeros(1, inputs);
      TokenBatch input = TokenBatch.training(x);
      x.close();
      assertRefused("x of " + name + CLOSED, () -> layer.forward(input, scope));
      assertRefused(
          "x must be [%s, %d] but was [1, %d]".formatted(tokens, inputs, inputs + 1),
          () -> layer.forward(TokenBatch.training(zeros(1, inputs + 1)), scope));
      assertRefused(
          "parameter " + parameter + " must be FLOAT but was DOUBLE",
          () -> layer.forward(TokenBatch.training(Nd4j.zeros(DataType.FLOAT, 1, inputs)), scope));
    }
  }

  /** Arrays of a backward of one token that a layer from a width to itself refuses. */
  static void assertBackwardRefused(TokenLayer layer, String name, int width, String parameter) {
    Gradients into = layer.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      TokenLayer.Pass pass = layer.forward(TokenBatch.training(zeros(1, width)), scope);
      assertRefused(
          "dy of " + name + CLOSED, () -> pass.backward(closed(1, width), zeros(1, width), into));
      assertRefused(
          "dx of %s must be [1, %d] but was [1, %d]".formatted(name, width, width + 1),
          () -> pass.backward(zeros(1, width), zeros(1, width + 1), into));
      assertRefused(
          "%s: no gradient %s among []".formatted(name, parameter),
          () -> pass.backward(zeros(1, width), zeros(1, width), Gradients.in(NamedArrays.none())));
    }
  }
}
