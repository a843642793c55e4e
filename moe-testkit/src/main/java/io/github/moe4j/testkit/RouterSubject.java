package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shared by the checks of {@link RouterContract}: the router under test, its inputs and passes. */
record RouterSubject(RouterContract contract) {
  static final int WIDTH = 4;
  static final int EXPERTS = 5;
  private static final long NOISE = 77;

  /** All that a pass and its backward compute. */
  record Outcome(RouterDecision decision, INDArray dx, Gradients into) {}

  int[] choices() {
    return contract.choices(EXPERTS);
  }

  /** The first number of choices: for checks that do not depend on it. */
  int firstChoice() {
    return choices()[0];
  }

  Router router(INDArray weight, int k) {
    return contract.router(weight, k);
  }

  RouterPass route(Router router, TokenBatch input) {
    return route(router, input, NOISE);
  }

  RouterPass route(Router router, TokenBatch input, Arena.Scope scope) {
    return router.route(contract.prepare(input, NOISE), scope);
  }

  RouterPass route(Router router, TokenBatch input, long seed) {
    return router.route(contract.prepare(input, seed));
  }

  /** Routes tokens whose raw scores are given. */
  RouterPass routeScores(double[] scores, int k, DataType type) {
    INDArray x = RandomArrays.of(type, scores, scores.length / EXPERTS, EXPERTS);
    Router router = router(Nd4j.eye(EXPERTS).castTo(type), k);
    return route(router, TokenBatch.evaluation(x));
  }

  /** What a router must decide that reads only which tokens there are: the same for any others. */
  void requireTokensUnread(Router router, TokenBatch input) {
    INDArray zeros = Nd4j.zeros(DataType.DOUBLE, input.x().shape());
    TokenBatch other = TokenBatch.evaluation(zeros).withMask(input.mask());
    Decisions.assertSame(route(router, other).decision(), route(router, input).decision(), 0);
  }

  /** Runs a backward pass, unless the router has none. */
  void backward(RouterPass pass, RoutingGradient gradient, INDArray dx, Gradients into) {
    if (contract.hasBackward()) {
      pass.backward(gradient, dx, into);
    }
  }

  /** Skips a check of the backward pass of a router without one. */
  void assumeBackward() {
    Assumptions.assumeTrue(
        contract.hasBackward(), "no backward pass to check: the router is for evaluation only");
  }

  Outcome outcome(Router router, INDArray x) {
    return outcome(router, route(router, TokenBatch.evaluation(x)), x);
  }

  Outcome outcome(Router router, RouterPass pass, INDArray x) {
    INDArray dx = Nd4j.zeros(x.dataType(), x.shape());
    Gradients into = router.parameters().zeroGradients();
    backward(pass, gradient(pass.decision()), dx, into);
    return new Outcome(pass.decision(), dx, into);
  }

  static void assertSame(Outcome expected, Outcome actual) {
    Decisions.assertSame(expected.decision, actual.decision, 0);
    Near.assertSameBits("dx", expected.dx, actual.dx);
    expected.into.forEach(
        (name, array) -> Near.assertSameBits("gradient of " + name, array, actual.into.get(name)));
  }

  static INDArray x(int tokens, long salt) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), tokens, WIDTH);
  }

  static INDArray weight(long salt) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), EXPERTS, WIDTH);
  }

  static double[] row(INDArray matrix, int t) {
    int width = (int) matrix.size(1);
    return Arrays.copyOfRange(Near.values(matrix), t * width, (t + 1) * width);
  }

  static RoutingGradient gradient(RouterDecision decision) {
    return RoutingObjective.random(decision, Seeds.random(3)).gradient();
  }

  /** Finite weights of at least 0, and a distribution for each real token if the decision has probabilities. */
  static void requireDistributions(RouterDecision decision) {
    for (double w : decision.assignments().weights()) {
      assertTrue(Double.isFinite(w), "weight must be finite but was " + w);
      assertFalse(w < 0, "weight must be at least 0 but was " + w);
    }
    decision.probabilities().ifPresent(p -> {
      for (int t = 0; t < p.tokens(); t++) {
        double sum = 0;
        for (int e = 0; e < p.experts(); e++) {
          assertFalse(p.get(t, e) < 0, "probability must be at least 0 but was " + p.get(t, e));
          sum += p.get(t, e);
        }
        assertEquals(decision.mask().valid(t) ? 1 : 0, sum, 1e-9, "probabilities of token " + t);
      }
    });
  }

  static void assertMessage(Runnable action, String... parts) {
    Exception error = assertThrows(IllegalArgumentException.class, action::run);
    String message = String.valueOf(error.getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), "message must name " + part + " but was: " + message);
    }
  }
}
