package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.RouterSubject.EXPERTS;
import static io.github.moe4j.testkit.RouterSubject.WIDTH;
import static io.github.moe4j.testkit.RouterSubject.assertMessage;
import static io.github.moe4j.testkit.RouterSubject.gradient;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The backward pass: derivative, parts, frozen parameters, errors. */
record RouterBackwardChecks(RouterSubject subject) {
  private RouterContract contract() {
    return subject.contract();
  }

  void differences() {
    subject.assumeBackward();
    for (int k : subject.choices()) {
      if (contract().isDerivative()) {
        requireDerivative(k, 0);
      } else {
        // An estimate may agree with the derivative for the tokens of one batch.
        Executable batches =
            () -> IntStream.range(0, 20).forEach(batch -> requireDerivative(k, 100 * batch));
        assertThrows(
            AssertionError.class, batches, "said to be an estimate, but it is the derivative");
      }
    }
  }

  private void requireDerivative(int k, int salt) {
    INDArray x = x(6, 1 + salt);
    TokenBatch input =
        TokenBatch.evaluation(x).withMask(TokenMask.of(true, true, false, true, true, true));
    Router router = subject.router(weight(2 + salt), k);
    RouterPass routing = subject.route(router, input);
    RoutingObjective objective =
        RoutingObjective.random(routing.decision(), Seeds.random(3 + salt));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    routing.backward(objective.gradient(), dx, into);
    if (!contract().readsTokens()) {
      assertAllZero("dx", Near.values(dx));
      return;
    }
    GradientCheck.of(() -> objective.value(subject.route(router, input).decision()))
        .add("x", x, dx)
        .addAll(router.parameters(), into)
        .assertCorrect();
  }

  void parts() {
    subject.assumeBackward();
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      RouterPass routing = subject.route(router, TokenBatch.evaluation(x(6, 1)));
      RoutingGradient whole = gradient(routing.decision());
      INDArray expectedDx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
      Gradients expected = router.parameters().zeroGradients();
      routing.backward(whole, expectedDx, expected);
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
      Gradients into = router.parameters().zeroGradients();
      partsOf(whole).forEach(part -> routing.backward(part, dx, into));
      assertNear("dx", expectedDx, dx, 1e-12);
      expected.forEach((name, array) -> assertNear(name, array, into.get(name), 1e-12));
      routing.backward(RoutingGradient.none(), dx, into);
      assertNear("dx after none", expectedDx, dx, 1e-12);
    }
  }

  void frozenParameters() {
    subject.assumeBackward();
    assumeFalse(
        subject.router(weight(2), subject.firstChoice()).parameters().names().isEmpty(),
        "no parameter to freeze: the router has none");
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      RouterPass routing = subject.route(router, TokenBatch.evaluation(x(6, 1)));
      Frozen.assertRestUnchanged(router.parameters(), into -> {
        INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
        routing.backward(gradient(routing.decision()), dx, into);
        return dx;
      });
    }
  }

  private static Stream<RoutingGradient> partsOf(RoutingGradient whole) {
    return Stream.concat(
        whole.weights().map(RoutingGradient::ofWeights).stream(),
        Arrays.stream(Kind.values())
            .flatMap(kind -> whole.of(kind).map(d -> RoutingGradient.of(kind, d)).stream()));
  }

  void otherLengths() {
    subject.assumeBackward();
    Router router = subject.router(weight(2), subject.firstChoice());
    RouterPass routing = subject.route(router, TokenBatch.evaluation(x(6, 1)));
    int size = routing.decision().assignments().size();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    assertMessage(
        () -> routing.backward(RoutingGradient.ofWeights(new double[size + 1]), dx, into),
        "gradient of weights must have length " + size + " but has " + (size + 1));
    double[] ones = new double[6 * EXPERTS];
    Arrays.fill(ones, 1);
    for (Kind kind : Kind.values()) {
      if (routing.decision().scores(kind).isPresent()) {
        double[] tooLong = Arrays.copyOf(ones, ones.length + 1);
        assertMessage(
            () -> routing.backward(RoutingGradient.of(kind, tooLong), dx, into),
            "gradient of " + kind + " must have length 30 but has 31");
      } else {
        assertMessage(
            () -> routing.backward(RoutingGradient.of(kind, ones), dx, into),
            "gradient of " + kind + " given but the router has none");
      }
    }
    assertAllZero("dx", Near.values(dx));
    into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    INDArray tooShort = Nd4j.zeros(DataType.DOUBLE, 5, WIDTH);
    assertMessage(
        () -> routing.backward(gradient(routing.decision()), tooShort, into),
        "dx",
        "must be [6, 4]");
  }

  void adds() {
    subject.assumeBackward();
    Router router = subject.router(weight(2), subject.firstChoice());
    RouterPass routing = subject.route(router, TokenBatch.evaluation(x(6, 1)));
    RoutingGradient gradient = gradient(routing.decision());
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    routing.backward(gradient, dx, into);
    INDArray onTop = Nd4j.ones(DataType.DOUBLE, 6, WIDTH);
    Gradients intoOnTop = router.parameters().zeroGradients();
    intoOnTop.forEach((name, array) -> array.assign(1));
    routing.backward(gradient, onTop, intoOnTop);
    assertNear("dx", dx.add(1), onTop, 1e-12);
    into.forEach((name, array) -> assertNear(name, array.add(1), intoOnTop.get(name), 1e-12));
  }
}
