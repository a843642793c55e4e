package io.github.moe4j.parallel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Two passes of a rank count what they exchanged. */
@JCStressTest
@Outcome(id = "10", expect = Expect.ACCEPTABLE, desc = "both")
@State
public class SummedRows {
  private static final ExchangeStatistics SOME = new ExchangeStatistics(1, 2, 5, 3, 4, 6);

  private final ExchangedRows rows = new ExchangedRows();

  /** A pass. */
  @Actor
  public void first() {
    rows.add(SOME);
  }

  /** Another. */
  @Actor
  public void second() {
    rows.add(SOME);
  }

  /** Their sum. */
  @Arbiter
  public void sum(J_Result result) {
    result.r1 = rows.statistics().rows();
  }
}
