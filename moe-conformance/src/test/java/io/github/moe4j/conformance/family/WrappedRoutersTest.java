package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WrappedRoutersTest {
  private static final double LN_3 = StrictMath.log(3);

  /** A gate for which tokens are their own scores. */
  private static LinearGate identity() {
    return LinearGate.of(Nd4j.createFromArray(new double[][] {{1, 0}, {0, 1}}));
  }

  private static INDArray tokens() {
    return Nd4j.createFromArray(new double[][] {{LN_3, 0}, {0, 0}});
  }

  @Test
  void route_normalizedOne_weighsByShareAndKeepsScores() {
    NormalizedOne router =
        new NormalizedOne(GatedRouter.of(identity(), TopK.unnormalized(1)), 0.25);
    RouterCasePass pass = RouterCasePass.of(router, TokenBatch.training(tokens()));
    RouterDecision decision = pass.decision();
    // p = 3/4 and 1/2: 0.75/(0.75 + 0.25), 0.5/(0.5 + 0.25)
    assertArrayEquals(new double[] {0.75, 2.0 / 3}, decision.assignments().weights(), 1e-15);
    assertEquals(0.75, decision.requireProbabilities("test").get(0, 0), 1e-15);
    MoeGradients gradients = pass.backward(RoutingGradient.ofWeights(new double[] {1, 0}));
    // dw/dp = 0.25/1², dp/dlogit = ±0.75·0.25
    double expected = 0.25 * 0.75 * 0.25;
    assertArrayEquals(
        new double[] {expected, -expected, 0, 0}, gradients.dx().data().asDouble(), 1e-15);
  }

  @Test
  void score_maskedGate_isConstantWithoutGradientForMaskedTokens() {
    MaskedGate gate = new MaskedGate(identity(), TokenMask.of(true, false), -7);
    RouterCasePass pass = RouterCasePass.of(
        GatedRouter.of(gate, TopK.unnormalized(2)),
        TokenBatch.evaluation(tokens()).differentiable());
    assertArrayEquals(
        new double[] {LN_3, 0, -7, -7}, pass.decision().requireLogits("test").toArray(), 1e-15);
    MoeGradients gradients = pass.backward(RoutingGradient.ofLogits(new double[] {1, 2, 3, 4}));
    assertArrayEquals(new double[] {1, 2, 0, 0}, gradients.dx().data().asDouble(), 1e-15);
  }

  @Test
  void route_sideInputRouter_readsItsOwnTokens() {
    GatedRouter inner = GatedRouter.of(identity(), TopK.unnormalized(1));
    SideInputRouter router = new SideInputRouter(inner, tokens(), 3);
    RouterCasePass pass = RouterCasePass.of(
        router, TokenBatch.evaluation(Nd4j.ones(tokens().dataType(), 2, 3)).differentiable());
    assertEquals(0.75, pass.decision().assignments().weight(0), 1e-15);
    MoeGradients gradients = pass.backward(RoutingGradient.ofLogits(new double[] {1, 2, 3, 4}));
    assertArrayEquals(new double[6], gradients.dx().data().asDouble());
    assertArrayEquals(
        new double[] {1, 2, 3, 4}, gradients.parameters().get("input").data().asDouble(), 1e-15);
  }
}
