package io.github.moe4j.stress;

import io.github.moe4j.core.ExpertBias;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A controller replaces a bias while a router reads it. */
@JCStressTest
@Outcome(
    id = {"0, 0", "1, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "all old or all new")
@State
public class BiasAtOnce {
  private final ExpertBias bias = ExpertBias.zeros(2);

  /** The controller. */
  @Actor
  public void controller() {
    bias.set(1, 1);
  }

  /** The router. */
  @Actor
  public void router(II_Result result) {
    double[] scores = bias.addTo(new double[2]);
    result.r1 = (int) scores[0];
    result.r2 = (int) scores[1];
  }
}
