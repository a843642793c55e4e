package io.github.moe4j.testkit.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What several workers observed, each of its part of the batch. */
record ControllerWorkerChecks(ControllerContract contract) {
  private ControllerSubject after(List<RouterDecision> passes) {
    ControllerSubject subject = ControllerSubject.of(contract, 0.1, -0.2, 0.3, 0);
    passes.forEach(subject.controller()::observe);
    return subject;
  }

  /** Skips the check if the controller is for one worker. */
  private static double[] observed(ControllerSubject subject) {
    try {
      return subject.controller().observed();
    } catch (UnsupportedOperationException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  void sumOfTwo() {
    List<RouterDecision> passes = ControllerSubject.passes(6);
    ControllerSubject one = after(passes);
    List<ControllerSubject> workers =
        List.of(after(passes.subList(0, 2)), after(passes.subList(2, 6)));
    double[] sum = observed(workers.get(0));
    double[] other = observed(workers.get(1));
    Arrays.setAll(sum, i -> sum[i] + other[i]);
    workers.forEach(worker -> worker.controller().replaceObserved(sum));
    Arrays.fill(sum, 99); // not kept
    double tolerance = contract.toleranceOfOrder();
    workers.forEach(worker -> SavedController.assertSame(one.saved(), worker.saved(), tolerance));
    one.controller().step();
    workers.forEach(worker -> worker.controller().step());
    workers.forEach(worker -> SavedController.assertSame(one.saved(), worker.saved(), tolerance));
    SavedController.assertSame(workers.get(0).saved(), workers.get(1).saved(), 0);
  }

  void otherLength() {
    ControllerSubject subject = after(ControllerSubject.passes(2));
    int length = observed(subject).length;
    for (int other : new int[] {length - 1, length + 1}) {
      ControllerStateChecks.assertRefused(
          subject,
          () -> subject.controller().replaceObserved(new double[other]),
          String.valueOf(other),
          other + " numbers instead of " + length);
    }
  }
}
