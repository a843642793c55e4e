package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.balance.ControllerSubject.K;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import java.util.List;

/** What a controller saves, restores and refuses. */
record ControllerStateChecks(ControllerContract contract) {
  private static final int PASSES = 9;

  private ControllerSubject fresh() {
    return ControllerSubject.of(contract, 0.1, -0.2, 0.3, 0);
  }

  /** In the middle of a step. */
  private ControllerSubject observed() {
    ControllerSubject subject = fresh();
    subject.controller().observe(ControllerSubject.pass(1));
    return subject;
  }

  void goesOn() {
    List<RouterDecision> passes = ControllerSubject.passes(PASSES);
    ControllerSubject uninterrupted = fresh();
    run(uninterrupted, passes, 0);
    for (int stop = 0; stop <= PASSES; stop++) {
      ControllerSubject first = fresh();
      run(first, passes.subList(0, stop), 0);
      ControllerSubject second = ControllerSubject.of(contract, 0, 0, 0, 0);
      second.controller().observe(ControllerSubject.pass(99)); // to be forgotten
      first.saved().into(second.controller());
      assertSameBits("restored at pass " + stop, first.acted(), second.acted());
      run(second, passes.subList(stop, PASSES), stop);
      SavedController.assertSame(uninterrupted.saved(), second.saved(), 0);
      assertSameBits("continued at pass " + stop, uninterrupted.acted(), second.acted());
    }
  }

  /** A step after every third pass, so that most stops are in the middle of one. */
  private static void run(ControllerSubject subject, List<RouterDecision> passes, int done) {
    for (int i = 0; i < passes.size(); i++) {
      subject.controller().observe(passes.get(i));
      if ((done + i) % 3 == 2) {
        subject.controller().step();
      }
    }
  }

  void missingEntry() {
    SavedController good = observed().saved();
    assertFalse(good.names().isEmpty(), "a controller must save its state but saves nothing");
    for (String name : good.names()) {
      assertRefused(good.without(name), name, "without " + name);
    }
  }

  void wrongLength() {
    SavedController good = observed().saved();
    for (String name : good.names()) {
      assertRefused(good.longer(name), name, name + " with one number more");
    }
  }

  void wrongNumbers() {
    SavedController good = observed().saved();
    for (String name : good.names()) {
      int length = good.get(name).length;
      if (good.isWhole(name)) {
        long[] negative = new long[length];
        negative[length - 1] = -1;
        assertRefused(good.with(name, negative), name, name + " of −1");
      } else {
        double[] nan = good.get(name);
        nan[length - 1] = Double.NaN;
        assertRefused(good.with(name, nan), name, name + " of NaN");
      }
    }
  }

  void ofOtherExperts() {
    assertRefused(ControllerSubject.of(contract, 0, 0, 0).saved(), "3", "the state of 3 experts");
  }

  private void assertRefused(SavedController wrong, String named, String what) {
    // in another state than the one refused, so that nothing of it can be taken over unseen
    ControllerSubject subject = ControllerSubject.of(contract, 9, 8, 7, 6);
    subject.controller().observe(ControllerSubject.pass(2));
    subject.controller().step();
    subject.controller().observe(ControllerSubject.pass(3));
    assertRefused(subject, () -> wrong.into(subject.controller()), named, what);
  }

  void otherExperts() {
    ControllerSubject subject = observed();
    RouterDecision five = Decisions.topK(new double[5], 5, K, TokenMask.none(1));
    assertRefused(
        subject, () -> subject.controller().observe(five), "5", "a decision among 5 experts");
  }

  static void assertRefused(ControllerSubject subject, Runnable action, String named, String what) {
    SavedController before = subject.saved();
    double[] acted = subject.acted();
    Exception error =
        assertThrows(IllegalArgumentException.class, action::run, what + " must be refused");
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains(named), "message must name " + named + " but was: " + message);
    SavedController.assertSame(before, subject.saved(), 0);
    assertSameBits("after " + what, acted, subject.acted());
  }

  void savedStays() {
    ControllerSubject subject = observed();
    SavedController before = subject.saved();
    subject.controller().observe(ControllerSubject.pass(2));
    subject.controller().step();
    SavedController.assertSame(observed().saved(), before, 0);
  }
}
