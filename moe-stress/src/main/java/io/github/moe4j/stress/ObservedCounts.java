package io.github.moe4j.stress;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.ExpertBias;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Micro-batches of two threads are counted by one controller. */
@JCStressTest
@Outcome(id = "4, 2", expect = Expect.ACCEPTABLE, desc = "each once")
@State
public class ObservedCounts {
  private final BiasController controller =
      BiasController.of(ExpertBias.zeros(2), SignRule.of(0.1));

  /** Choices of a micro-batch. */
  @Actor
  public void first() {
    controller.observe(Decisions.SOME);
  }

  /** Those of another. */
  @Actor
  public void second() {
    controller.observe(Decisions.SOME);
  }

  /** Their sum. */
  @Arbiter
  public void sum(JJ_Result result) {
    long[] counts = controller.counts();
    result.r1 = counts[0];
    result.r2 = counts[1];
  }
}
