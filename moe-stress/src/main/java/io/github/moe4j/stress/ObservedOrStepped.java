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
import org.openjdk.jcstress.infra.results.ZJ_Result;

/** A micro-batch comes while a controller makes its step: it counts for this step or for the next. */
@JCStressTest
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "for this step")
@Outcome(id = "false, 3", expect = Expect.ACCEPTABLE, desc = "for the next")
@State
public class ObservedOrStepped {
  private final ExpertBias bias = ExpertBias.zeros(2);
  private final BiasController controller = BiasController.of(bias, SignRule.of(0.1));

  /** The micro-batch. */
  @Actor
  public void observe() {
    controller.observe(Decisions.SOME);
  }

  /** The step. */
  @Actor
  public void step() {
    controller.step();
  }

  /** Whether it moved the bias, and what is left for the next. */
  @Arbiter
  public void result(ZJ_Result result) {
    long[] left = controller.counts();
    result.r1 = bias.values()[0] < 0;
    result.r2 = left[0] + left[1];
  }
}
