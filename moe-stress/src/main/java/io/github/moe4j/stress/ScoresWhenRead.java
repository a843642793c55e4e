package io.github.moe4j.stress;

import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.core.TokenMask;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.DDI_Result;

/** Two losses are the first to read scores that are computed when they are read. */
@JCStressTest
@Outcome(id = "0.25, 0.75, 1", expect = Expect.ACCEPTABLE, desc = "computed once, seen whole")
@State
public class ScoresWhenRead {
  private int computed;
  private final SelectionProbabilities scores =
      SelectionProbabilities.whenRead(2, TokenMask.none(1), this::compute);

  private double[] compute() {
    computed++;
    return new double[] {0.25, 0.75};
  }

  /** A loss. */
  @Actor
  public void first(DDI_Result result) {
    result.r1 = scores.get(0, 0);
  }

  /** Another. */
  @Actor
  public void second(DDI_Result result) {
    result.r2 = scores.get(0, 1);
  }

  /** How often they were computed. */
  @Arbiter
  public void count(DDI_Result result) {
    result.r3 = computed;
  }
}
