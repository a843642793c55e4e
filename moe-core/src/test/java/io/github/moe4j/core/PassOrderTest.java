package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What comes too late, twice or from another pass. */
@ExtendWith(Seeds.class)
class PassOrderTest {
  private static final int T = 5;
  private static final int D = 4;

  private final Arena arena = new Arena();
  private final MoeLayer layer = MoeLayer.builder(
          FixedRouter.of(normal(2, 3, D), new int[] {0, 2}),
          GluExperts.create(ExpertOptions.of(3, D, 5).withDataType(DataType.DOUBLE), 1))
      .arena(arena)
      .name("block 3")
      .build();
  private final INDArray x = normal(10, T, D);
  private final INDArray dy = normal(11, T, D);
  private final INDArray dx = Nd4j.zeros(DataType.DOUBLE, T, D);
  private final Gradients into = layer.parameters().zeroGradients();

  private static INDArray normal(long salt, int rows, int columns) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), rows, columns);
  }

  private static RoutingGradient byHand() {
    return RoutingGradient.ofLogits(new double[T * 3]);
  }

  private static void late(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalStateException.class, action).getMessage());
  }

  private void assertNothingAdded() {
    assertAllZero("dx", values(dx));
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @Test
  void backward_twice_isRefusedAndAddsNothing() {
    MoePass pass = layer.forward(TokenBatch.training(x));
    pass.backward(dy);
    String message =
        "backward of layer block 3 came after the backward of the pass, which runs once";
    late(message, () -> pass.backward(dy));
    late(message, () -> pass.backward(dy, dx, into));
    assertNothingAdded();
  }

  @Test
  void backward_afterClose_isRefusedAndAddsNothing() {
    MoePass pass = layer.forward(TokenBatch.training(x));
    pass.close();
    late(
        "backward of layer block 3 came after the pass was closed",
        () -> pass.backward(dy, dx, into));
    assertNothingAdded();
  }

  @Test
  void backward_ofEvaluation_isRefusedUnlessAskedFor() {
    MoePass pass = layer.forward(TokenBatch.evaluation(x));
    String message = " of layer block 3 came after an evaluation: use TokenBatch.training,"
        + " or request gradients of the evaluation by"
        + " TokenBatch.differentiable()";
    late("backward" + message, () -> pass.backward(dy, dx, into));
    late("addBalance" + message, () -> pass.addBalance(byHand()));
    assertNothingAdded();
    MoeGradients asked =
        layer.forward(TokenBatch.evaluation(x).differentiable()).backward(dy);
    // Without noise and dropout, training computes the same.
    MoeGradients trained = layer.forward(TokenBatch.training(x)).backward(dy);
    assertSameBits("dx", trained.dx(), asked.dx());
  }

  @Test
  void addBalance_afterBackwardOrClose_isRefused() {
    MoePass done = layer.forward(TokenBatch.training(x));
    done.backward(dy);
    late(
        "addBalance of layer block 3 came after the backward of the pass, which runs once",
        () -> done.addBalance(byHand()));
    MoePass closed = layer.forward(TokenBatch.training(x));
    closed.close();
    late(
        "addBalance of layer block 3 came after the pass was closed",
        () -> closed.addBalance(byHand()));
  }

  @Test
  void requireOpen_untilBackward_passes() {
    MoePass pass = layer.forward(TokenBatch.training(x));
    pass.requireOpen("loss");
    pass.backward(dy);
    late(
        "loss of layer block 3 came after the backward of the pass, which runs once",
        () -> pass.requireOpen("loss"));
  }

  @Test
  void decisionAndPlan_ofInference_areRefused() {
    MoePass pass = layer.forward(TokenBatch.inference(x));
    String message =
        " of layer block 3 was not kept because the input was for inference: use TokenBatch.evaluation";
    late("decision" + message, pass::decision);
    late("plan" + message, pass::plan);
    LoadStatistics load = pass.load();
    MoePass evaluation = layer.forward(TokenBatch.evaluation(x));
    assertSameBits("y", evaluation.y(), pass.y());
    assertArrayEquals(evaluation.load().assigned(), load.assigned());
    assertArrayEquals(evaluation.load().kept(), load.kept());
    assertEquals(T, load.tokens());
    assertTrue(Double.isNaN(load.routingEntropy()));
    assertTrue(evaluation.load().routingEntropy() > 0);
  }

  @Test
  void plan_afterCloseAndPassesOfOtherTokens_staysWhatItIs() {
    // Tokens to experts 0, 1, 1, 0, 1: rows by expert of tokens 0, 3 and 1, 2, 4
    MoeLayer own = MoeLayer.builder(
            FixedRouter.of(normal(2, 3, D), new int[] {0}, new int[] {1}, new int[] {1}),
            layer.experts())
        .arena(arena)
        .build();
    MoePass pass = own.forward(TokenBatch.training(x));
    pass.close();
    own.forward(TokenBatch.training(normal(12, 2, D)));
    int[] tokens = IntStream.range(0, T).map(pass.plan()::token).toArray();
    assertArrayEquals(new int[] {0, 3, 1, 2, 4}, tokens);
    assertEquals(3, pass.plan().row(2, 0));
  }

  @Test
  void addBalance_gradientOfAnotherPass_isRefused() {
    MoePass mine = layer.forward(TokenBatch.training(x));
    MoePass other = layer.forward(TokenBatch.training(x));
    RoutingGradient bound = byHand().boundTo(other.decision());
    String message =
        "the gradient must be that of the decision that layer block 3 made in this pass but"
            + " is that of another one: evaluate the loss on its decision()";
    for (RoutingGradient gradient : new RoutingGradient[] {
      bound, bound.times(2), bound.plus(byHand()), byHand().plus(bound)
    }) {
      var error = assertThrows(IllegalArgumentException.class, () -> mine.addBalance(gradient));
      assertEquals(message, error.getMessage());
      other.addBalance(gradient);
    }
    mine.addBalance(byHand());
    mine.addBalance(byHand().boundTo(mine.decision()));
    mine.backward(dy);
  }

  @Test
  void plus_gradientsOfTwoDecisions_isRefused() {
    RoutingGradient a = byHand().boundTo(layer.forward(TokenBatch.training(x)).decision());
    RoutingGradient b = byHand().boundTo(layer.forward(TokenBatch.training(x)).decision());
    var error = assertThrows(IllegalArgumentException.class, () -> a.plus(b));
    assertEquals(
        "gradients must be of the same router decision but are of two, from losses of two passes",
        error.getMessage());
  }

  @Test
  void outputs_afterCloseAndOtherPasses_stayWhatTheyAre() throws Exception {
    MoePass pass = layer.forward(TokenBatch.training(x));
    double[] y = values(pass.y());
    MoeGradients gradients = pass.backward(dy);
    double[] dxBefore = values(gradients.dx());
    pass.close();
    Thread other = new Thread(() -> {
      for (int i = 0; i < 5; i++) {
        layer.forward(TokenBatch.training(x.mul(3))).backward(dy.mul(5));
        layer.forward(TokenBatch.evaluation(x.mul(7)));
      }
    });
    other.start();
    other.join();
    assertSameBits("y", y, values(pass.y()));
    assertSameBits("dx", dxBefore, values(gradients.dx()));
    assertEquals(T, pass.decision().tokens());
    assertEquals(T, pass.load().tokens());
    assertEquals(2 * T, pass.plan().rows());
  }
}
