package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.RouterSubject.WIDTH;
import static io.github.moe4j.testkit.RouterSubject.gradient;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.RouterSubject.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Repeated passes: same bits, no state kept, no input modified, on any thread. */
record RouterRepeatChecks(RouterSubject subject) {
  void sameSeed() {
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      RouterDecision first =
          subject.route(router, TokenBatch.evaluation(x(7, 1))).decision();
      RouterDecision second =
          subject.route(router, TokenBatch.evaluation(x(7, 1))).decision();
      Decisions.assertSame(first, second, 0);
    }
  }

  void trainingSameSeed() {
    String refusal = "";
    boolean trained = false;
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      RouterDecision first;
      try {
        first = train(router, 5);
      } catch (IllegalArgumentException refused) {
        refusal = refused.getMessage();
        continue;
      }
      trained = true;
      train(router, 6);
      Decisions.assertSame(first, train(router, 5), 0);
      Decisions.assertSame(first, train(subject.router(weight(2), k), 5), 0);
    }
    assumeTrue(trained, "no training pass to repeat: the router refuses to train: " + refusal);
  }

  void trainingOtherSeed() {
    boolean same = true;
    String refusal = "";
    boolean trained = false;
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      try {
        RouterDecision first = train(router, 5);
        trained = true;
        for (int seed = 6; seed < 16; seed++) {
          same &= isSame(first, train(router, seed));
        }
      } catch (IllegalArgumentException refused) {
        refusal = refused.getMessage();
      }
    }
    assumeTrue(trained, "no training pass to repeat: the router refuses to train: " + refusal);
    assertEquals(
        subject.contract().drawsNoise(), !same, "whether another seed gives another decision");
  }

  private static boolean isSame(RouterDecision a, RouterDecision b) {
    try {
      Decisions.assertSame(a, b, 0);
      return true;
    } catch (AssertionError differ) {
      return false;
    }
  }

  /** A decision's data must not be in memory that the next pass overwrites. */
  void scopeClosed() {
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      RouterDecision expected =
          subject.route(router, TokenBatch.evaluation(x(7, 1))).decision();
      Arena arena = new Arena();
      RouterDecision early = routeAndClose(router, x(7, 1), arena);
      routeAndClose(router, x(7, 50), arena);
      Decisions.assertSame(expected, early, 0);
    }
  }

  private RouterDecision routeAndClose(Router router, INDArray x, Arena arena) {
    try (Arena.Scope scope = arena.open()) {
      return subject.route(router, TokenBatch.evaluation(x), scope).decision();
    }
  }

  private RouterDecision train(Router router, long seed) {
    TokenBatch input = TokenBatch.training(x(7, 1), new SplittableRandom(seed));
    return subject.route(router, input, seed).decision();
  }

  void otherPassesBetween() {
    for (int k : subject.choices()) {
      Router router = subject.router(weight(2), k);
      Outcome alone = subject.outcome(router, x(7, 1));
      subject.outcome(router, x(9, 50));
      RouterSubject.assertSame(alone, subject.outcome(router, x(7, 1)));
    }
  }

  /** A pass must not read in its backward what a later pass left in the router. */
  void backwardAfterOtherPasses() {
    subject.assumeBackward();
    for (int k : subject.choices()) {
      INDArray x = x(7, 1);
      Router router = subject.router(weight(2), k);
      Outcome expected = subject.outcome(router, x);
      RouterPass early = subject.route(router, TokenBatch.evaluation(x));
      subject.outcome(router, x(7, 50));
      RouterSubject.assertSame(expected, subject.outcome(router, early, x));
    }
  }

  void notModified() {
    for (int k : subject.choices()) {
      INDArray x = x(7, 1);
      Router router = subject.router(weight(2), k);
      List<INDArray> before = new ArrayList<>(List.of(x.dup()));
      router.parameters().forEach((name, array) -> before.add(array.dup()));
      RouterPass routing = subject.route(router, TokenBatch.evaluation(x));
      RoutingGradient gradient = gradient(routing.decision());
      double[] dWeights = gradient.weights().orElseThrow();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 7, WIDTH);
      subject.backward(routing, gradient, dx, router.parameters().zeroGradients());
      assertSameBits("x", before.get(0), x);
      Iterator<INDArray> values = before.subList(1, before.size()).iterator();
      router.parameters().forEach((name, array) -> assertSameBits(name, values.next(), array));
      assertSameBits("dWeights", dWeights, gradient.weights().orElseThrow());
    }
  }

  void severalThreads() throws Exception {
    int k = subject.choices()[subject.choices().length - 1];
    Router router = subject.router(weight(2), k);
    INDArray x = x(40, 1);
    Outcome expected = subject.outcome(router, x);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Outcome>> futures = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        futures.add(threads.submit(() -> subject.outcome(router, x)));
      }
      for (Future<Outcome> future : futures) {
        RouterSubject.assertSame(expected, future.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
