package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class EvenMeanLossTest {
  private static final BalanceLoss LOSS = new EvenMeanLoss(2);
  private static final TokenMask MASK = TokenMask.of(true, true, false, true, true);

  private final INDArray x =
      RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(1), MASK.tokens(), 3);
  private final Router router =
      router(RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(2), 4, 3));

  @Test
  void backward_throughRouter_matchesDifferences() {
    RouterPass routing = route(router);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, MASK.tokens(), 3);
    Gradients gradients = router.parameters().zeroGradients();
    routing.backward(LOSS.evaluate(routing.decision()).gradient(), dx, gradients);
    GradientCheck.of(() -> LOSS.evaluate(route(router).decision()).value())
        .add("x", x, dx)
        .addAll(router.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void evaluate_evenAndCollapsed_isZeroAndCoefficientTimesExpertsLessOne() {
    assertEquals(0, value(Nd4j.zeros(DataType.DOUBLE, 4, 1)), 1e-15);
    INDArray one = Nd4j.createFromArray(1000.0, 0, 0, 0).reshape(4, 1);
    assertEquals(2 * 3, value(one), 1e-12); // 2·4·((1 − 1/4)² + 3·(1/4)²) = 2·4·12/16
  }

  @Test
  void evaluate_severalLayers_isTheirSum() {
    RouterDecision layer = route(router).decision();
    LossValue one = LOSS.evaluate(layer);
    LossValue two = LOSS.evaluate(List.of(layer, layer));
    assertEquals(2 * one.value(), two.value(), 1e-12);
    assertEquals(2, two.gradients().size());
  }

  @Test
  void evaluate_paddingAlone_isZero() {
    TokenBatch input = TokenBatch.evaluation(x).withMask(TokenMask.of(new boolean[MASK.tokens()]));
    LossValue loss = LOSS.evaluate(router.route(input).decision());
    assertEquals(0, loss.value());
    assertEquals(
        0,
        Nd4j.createFromArray(loss.gradient().probabilities().orElseThrow())
            .norm2Number()
            .doubleValue());
  }

  @Test
  void step_fromUnevenRouter_makesLossFall() {
    Optimizer optimizer = Optimizer.of(router.parameters(), new Adam(0.1));
    double before = LOSS.evaluate(route(router).decision()).value();
    for (int step = 0; step < 50; step++) {
      RouterPass routing = route(router);
      Gradients gradients = router.parameters().zeroGradients();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, MASK.tokens(), 3);
      routing.backward(LOSS.evaluate(routing.decision()).gradient(), dx, gradients);
      optimizer.step(gradients);
    }
    double after = LOSS.evaluate(route(router).decision()).value();
    assertTrue(after < 0.1 * before, before + " became " + after);
  }

  /** Of two equal tokens with width 1. */
  private static double value(INDArray weight) {
    TokenBatch input = TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 2, 1));
    return LOSS.evaluate(router(weight).route(input).decision()).value();
  }

  private static Router router(INDArray weight) {
    return GatedRouter.of(LinearGate.of(weight), TopK.of(2));
  }

  private RouterPass route(Router of) {
    return of.route(TokenBatch.training(x).withMask(MASK));
  }
}
