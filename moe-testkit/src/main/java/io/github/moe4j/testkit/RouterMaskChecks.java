package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.RouterSubject.WIDTH;
import static io.github.moe4j.testkit.RouterSubject.gradient;
import static io.github.moe4j.testkit.RouterSubject.requireDistributions;
import static io.github.moe4j.testkit.RouterSubject.row;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Padded tokens get no experts and change no results. */
record RouterMaskChecks(RouterSubject subject) {
  void paddedTokens() {
    for (int k : subject.choices()) {
      TokenMask mask = TokenMask.of(true, false, true, true, false, false, true);
      INDArray x = x(7, 1);
      Router router = subject.router(weight(2), k);
      RouterPass routing = subject.route(router, TokenBatch.evaluation(x).withMask(mask));
      RouterDecision decision = routing.decision();
      for (int n = 0; n < decision.assignments().size(); n++) {
        assertTrue(mask.valid(decision.assignments().token(n)), "a padded token got an expert");
      }
      requireDistributions(decision);
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 7, WIDTH);
      subject.backward(routing, gradient(decision), dx, router.parameters().zeroGradients());
      for (int t : new int[] {1, 4, 5}) {
        assertAllZero("dx of padded token " + t, row(dx, t));
      }
    }
  }

  void onlyPadding() {
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      TokenBatch input = TokenBatch.evaluation(x(3, 1)).withMask(TokenMask.of(false, false, false));
      RouterPass routing = subject.route(router, input);
      assertEquals(0, routing.decision().assignments().size());
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 3, WIDTH);
      Gradients into = router.parameters().zeroGradients();
      subject.backward(routing, gradient(routing.decision()), dx, into);
      assertAllZero("dx", Near.values(dx));
      into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    }
  }

  void paddingAppended() {
    for (double garbage : new double[] {0, 1e30, Double.NaN}) {
      for (int k : subject.choices()) {
        requireSameWithPadding(k, garbage);
      }
    }
  }

  private void requireSameWithPadding(int k, double garbage) {
    INDArray x = x(5, 1);
    double[] padded = Arrays.copyOf(Near.values(x), 8 * WIDTH);
    Arrays.fill(padded, 5 * WIDTH, 8 * WIDTH, garbage);
    TokenMask mask = TokenMask.of(true, true, true, true, true, false, false, false);
    Router router = subject.router(weight(2), k);
    INDArray longX = RandomArrays.of(DataType.DOUBLE, padded, 8, WIDTH);
    RouterPass expected = subject.route(router, TokenBatch.evaluation(x));
    RouterPass actual = subject.route(router, TokenBatch.evaluation(longX).withMask(mask));
    Assignments a = expected.decision().assignments();
    Assignments b = actual.decision().assignments();
    assertEquals(a.size(), b.size());
    for (int n = 0; n < a.size(); n++) {
      assertEquals(a.token(n), b.token(n));
      assertEquals(a.expert(n), b.expert(n));
    }
    assertNear("weights", a.weights(), b.weights(), 1e-12);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 5, WIDTH);
    INDArray longDx = Nd4j.zeros(DataType.DOUBLE, 8, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    Gradients longInto = router.parameters().zeroGradients();
    double[] dWeights = RandomArrays.normal(Seeds.random(3), a.size());
    subject.backward(expected, RoutingGradient.ofWeights(dWeights), dx, into);
    subject.backward(actual, RoutingGradient.ofWeights(dWeights), longDx, longInto);
    assertNear("dx", Arrays.copyOf(Near.values(dx), 8 * WIDTH), Near.values(longDx), 1e-12);
    into.forEach((name, array) ->
        assertNear(name + ", padding " + garbage, array, longInto.get(name), 1e-12));
  }
}
