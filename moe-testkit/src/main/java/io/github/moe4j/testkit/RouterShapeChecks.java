package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.RouterSubject.EXPERTS;
import static io.github.moe4j.testkit.RouterSubject.WIDTH;
import static io.github.moe4j.testkit.RouterSubject.assertMessage;
import static io.github.moe4j.testkit.RouterSubject.gradient;
import static io.github.moe4j.testkit.RouterSubject.requireDistributions;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shapes and sizes of inputs and decisions, and errors. */
record RouterShapeChecks(RouterSubject subject) {
  private RouterContract contract() {
    return subject.contract();
  }

  void randomTokens() {
    for (int k : subject.choices()) {
      INDArray x = x(7, 1);
      Router router = subject.router(weight(2), k);
      RouterDecision decision = subject.route(router, TokenBatch.evaluation(x)).decision();
      assertEquals(EXPERTS, router.experts());
      assertEquals(WIDTH, router.modelWidth());
      assertEquals(7, decision.tokens());
      assertEquals(EXPERTS, decision.experts());
      assertEquals(7, decision.sequenceLength());
      decision.logits().ifPresent(l -> assertEquals(7 * EXPERTS, l.toArray().length));
      requireDistributions(decision);
    }
  }

  void sequences() {
    Router router = subject.router(weight(2), subject.firstChoice());
    TokenBatch input = TokenBatch.evaluation(x(6, 1)).withSequenceLength(3);
    assertEquals(3, subject.route(router, input).decision().sequenceLength());
    assertEquals(2, subject.route(router, input).decision().sequences());
  }

  void noTokens() {
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      INDArray x = Nd4j.create(DataType.DOUBLE, 0, WIDTH);
      RouterPass routing = subject.route(router, TokenBatch.evaluation(x));
      assertEquals(0, routing.decision().tokens());
      assertEquals(0, routing.decision().assignments().size());
      Gradients into = router.parameters().zeroGradients();
      subject.backward(routing, gradient(routing.decision()), x, into);
      into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    }
  }

  void fewestExperts() {
    int least = contract().leastExperts();
    int k = least == 1 ? 1 : contract().choices(least)[0];
    RouterDecision decision = routeAmong(least, k);
    requireDistributions(decision);
    if (least > 1) {
      assertThrows(IllegalArgumentException.class, () -> routeAmong(least - 1, k));
    } else if (contract().servesEveryToken()) {
      assertArrayEquals(new int[] {7}, decision.assignments().countPerExpert());
    }
  }

  private RouterDecision routeAmong(int experts, int k) {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), experts, WIDTH);
    return subject
        .route(subject.router(weight, k), TokenBatch.evaluation(x(7, 1)))
        .decision();
  }

  void moreChoices() {
    assumeTrue(
        contract().refusesMoreChoicesThanExperts(),
        "nothing to refuse: the router's number of choices has no limit, or is always the same");
    assertThrows(
        IllegalArgumentException.class,
        () -> routeAmong(EXPERTS, EXPERTS + 1),
        "6 choices among 5 experts must be refused");
  }

  void wrongWidthOrType() {
    Router router = subject.router(weight(2), subject.firstChoice());
    INDArray wide = Nd4j.zeros(DataType.DOUBLE, 3, WIDTH + 2);
    assertMessage(() -> subject.route(router, TokenBatch.evaluation(wide)), "[3, 6]");
    Router single = subject.router(weight(2).castTo(DataType.FLOAT), subject.firstChoice());
    TokenBatch exact = TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 3, WIDTH));
    if (contract().readsTokens()) {
      assertMessage(() -> subject.route(single, exact), "DOUBLE");
    } else {
      subject.requireTokensUnread(single, exact);
    }
  }
}
