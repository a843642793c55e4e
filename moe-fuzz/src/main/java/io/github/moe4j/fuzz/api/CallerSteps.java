package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.testkit.Near;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Several callers of one layer at the same time, each with the bits that it gets alone. */
final class CallerSteps {
  private static final int CALLERS = 3;
  private static final int ROUNDS = 4;

  private final Sequence sequence;
  private final Calls calls;
  private final SplittableRandom random;

  CallerSteps(Sequence sequence) {
    this.sequence = sequence;
    this.calls = sequence.calls();
    this.random = sequence.random();
  }

  /** What a caller does again and again, and what it gets alone. */
  private record Work(RandomInput input, INDArray dy, double[] alone) {}

  void run() {
    List<Work> work = new ArrayList<>();
    while (work.size() < CALLERS) {
      RandomInput input = RandomInput.draw(random, sequence.subject());
      if (input.hasBackward() && !sequence.subject().experts().trains()) {
        return;
      }
      INDArray dy = sequence.like(input);
      Optional<double[]> alone =
          calls.either("a caller alone", sequence.snapshot(), () -> results(input, dy));
      if (alone.isEmpty()) {
        return; // a batch that the router does not take
      }
      work.add(new Work(input, dy, alone.get()));
    }
    Snapshot before = sequence.snapshot();
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    try {
      List<Callable<Boolean>> callers =
          work.stream().<Callable<Boolean>>map(own -> () -> repeated(own)).toList();
      for (Future<Boolean> caller : threads.invokeAll(callers)) {
        caller.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("callers at the same time: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
    before.requireUnchanged("callers at the same time");
    calls.compared("callers");
  }

  private boolean repeated(Work own) {
    for (int round = 0; round < ROUNDS; round++) {
      Near.assertSameBits("a caller beside others", own.alone(), results(own.input(), own.dy()));
    }
    return true;
  }

  /** y, and of passes with backward dx and all gradients. */
  private double[] results(RandomInput input, INDArray dy) {
    List<double[]> all = new ArrayList<>();
    try (MoePass pass = sequence.layer().forward(input.batch())) {
      all.add(Near.values(pass.y()));
      if (input.hasBackward()) {
        INDArray dx = Nd4j.create(dy.dataType(), dy.shape());
        Gradients into = sequence.layer().parameters().zeroGradients();
        pass.backward(dy, dx, into);
        all.add(Near.values(dx));
        into.forEach((name, gradient) -> all.add(Near.values(gradient)));
      }
    }
    return Near.flatten(all.toArray(double[][]::new));
  }
}
