package io.github.moe4j.stress;

import io.github.moe4j.balance.control.SparsityController;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.DD_Result;

/** Micro-batches of two threads are counted by one controller of sparsity. */
@JCStressTest
@Outcome(id = "24.0, 48.0", expect = Expect.ACCEPTABLE, desc = "each once")
@State
public class ObservedSparsity {
  private final SparsityController controller = SparsityController.of(2, 1);

  /** Choices of four micro-batches. */
  @Actor
  public void first() {
    observe();
  }

  /** Those of another. */
  @Actor
  public void second() {
    observe();
  }

  private void observe() {
    for (int batch = 0; batch < 4; batch++) {
      controller.observe(Decisions.SOME);
    }
  }

  /** Weights above 0, and all. */
  @Arbiter
  public void sum(DD_Result result) {
    double[] observed = controller.observed();
    result.r1 = observed[0];
    result.r2 = observed[1];
  }
}
