package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.balance.ControllerSubject.EXPERTS;
import static io.github.moe4j.testkit.balance.ControllerSubject.K;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.moe4j.balance.control.CoefficientController;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What a controller observes, and what it does at a step. */
record ControllerStepChecks(ControllerContract contract) {
  private static final int THREADS = 4;
  /** Passes of each thread: enough that threads that do not take turns lose some. */
  private static final int ROUNDS = 20_000;

  private ControllerSubject subject() {
    return ControllerSubject.of(contract, 0.1, -0.2, 0.3, 0);
  }

  void actsAtTheStep() {
    ControllerSubject subject = subject();
    double[] before = subject.acted();
    ControllerSubject.passes(3).forEach(subject.controller()::observe);
    assertSameBits("before the step", before, subject.acted());
    subject.controller().step();
    assertFalse(
        Arrays.equals(before, subject.acted()), "the step must act but left " + before[0] + " …");
  }

  void overloadedLoses() {
    ControllerSubject subject = ControllerSubject.of(contract, 0, 0, 0, 0);
    assumeFalse(
        subject.controller() instanceof CoefficientController,
        "no bias to look at: the controller acts on a coefficient");
    for (int pass = 0; pass < 3; pass++) {
      double[] logits = ControllerSubject.logits(pass, 8);
      subject.controller().observe(Decisions.topK(logits, EXPERTS, 1, TokenMask.none(8)));
    }
    subject.controller().step();
    double[] bias = subject.bias().values();
    for (int e = 1; e < EXPERTS; e++) {
      assertTrue(
          bias[0] < bias[e],
          "the expert with all tokens must lose but has " + bias[0] + " and " + bias[e]
              + " has expert " + e);
    }
  }

  void nothingObserved() {
    ControllerSubject subject = subject();
    ControllerSubject.passes(3).forEach(subject.controller()::observe);
    subject.controller().step();
    double[] before = subject.acted();
    subject.controller().step();
    assertSameBits("after a step without passes", before, subject.acted());
  }

  void oneExpert() {
    ControllerSubject one = ControllerSubject.of(contract, 0);
    one.controller().observe(Decisions.topK(new double[] {3, -1}, 1, 1, TokenMask.none(2)));
    one.controller().step();
    for (double value : one.acted()) {
      assertTrue(Double.isFinite(value), "must be finite but was " + value);
    }
  }

  void paddingAlone() {
    ControllerSubject subject = subject();
    subject.controller().observe(ControllerSubject.pass(1));
    SavedController before = subject.saved();
    double[] nan = new double[6 * EXPERTS];
    Arrays.fill(nan, Double.NaN);
    subject.controller().observe(Decisions.topK(nan, EXPERTS, K, TokenMask.of(new boolean[6])));
    subject.controller().observe(Decisions.topK(new double[0], EXPERTS, K, TokenMask.none(0)));
    SavedController.assertSame(before, subject.saved(), 0);
  }

  void paddingBetween() {
    double[] logits = ControllerSubject.logits(1, 3);
    double[] padded = new double[5 * EXPERTS];
    Arrays.fill(padded, Double.NaN);
    for (int t = 0; t < 3; t++) {
      System.arraycopy(logits, t * EXPERTS, padded, 2 * t * EXPERTS, EXPERTS);
    }
    TokenMask mask = TokenMask.of(true, false, true, false, true);
    ControllerSubject plain = subject();
    ControllerSubject masked = subject();
    plain.controller().observe(Decisions.topK(logits, EXPERTS, K, TokenMask.none(3)));
    masked.controller().observe(Decisions.topK(padded, EXPERTS, K, mask));
    SavedController.assertSame(plain.saved(), masked.saved(), 0);
  }

  void otherOrder() {
    List<RouterDecision> passes = new ArrayList<>(ControllerSubject.passes(6));
    ControllerSubject forth = subject();
    passes.forEach(forth.controller()::observe);
    Collections.reverse(passes);
    ControllerSubject back = subject();
    passes.forEach(back.controller()::observe);
    assertAgree(forth, back);
  }

  private void assertAgree(ControllerSubject expected, ControllerSubject actual) {
    double tolerance = contract.toleranceOfOrder();
    SavedController.assertSame(expected.saved(), actual.saved(), tolerance);
    expected.controller().step();
    actual.controller().step();
    SavedController.assertSame(expected.saved(), actual.saved(), tolerance);
  }

  void severalThreads() throws Exception {
    List<RouterDecision> passes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      double[] logits = ControllerSubject.logits(i, 1);
      passes.add(Decisions.topK(logits, EXPERTS, K, TokenMask.none(1)));
    }
    ControllerSubject alone = subject();
    for (int i = 0; i < THREADS * ROUNDS; i++) {
      alone.controller().observe(passes.get(i % passes.size()));
    }
    ControllerSubject shared = subject();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        running.add(threads.submit(() -> {
          start.await();
          for (int i = 0; i < ROUNDS; i++) {
            shared.controller().observe(passes.get(i % passes.size()));
          }
          return true;
        }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertAgree(alone, shared);
  }
}
