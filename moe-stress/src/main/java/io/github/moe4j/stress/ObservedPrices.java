package io.github.moe4j.stress;

import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.core.ExpertBias;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZD_Result;

/** Micro-batches of two threads are added up by one controller of quantiles; equal ones, so that the order is no matter. */
@JCStressTest
@Outcome(id = "true, 2.0", expect = Expect.ACCEPTABLE, desc = "each once")
@State
public class ObservedPrices {
  private static final double PRICE = observed(1)[0];

  private final QuantileController controller = controller();

  private static QuantileController controller() {
    return QuantileController.ofLogits(ExpertBias.zeros(2), 1);
  }

  private static double[] observed(int passes) {
    QuantileController alone = controller();
    for (int pass = 0; pass < passes; pass++) {
      alone.observe(Decisions.SOME);
    }
    return alone.observed();
  }

  /** Scores of a micro-batch. */
  @Actor
  public void first() {
    controller.observe(Decisions.SOME);
  }

  /** Those of another. */
  @Actor
  public void second() {
    controller.observe(Decisions.SOME);
  }

  /** Sum of the prices of expert 0, and number of passes. */
  @Arbiter
  public void sum(ZD_Result result) {
    double[] observed = controller.observed();
    result.r1 = PRICE != 0 && observed[0] == 2 * PRICE;
    result.r2 = observed[2];
  }
}
