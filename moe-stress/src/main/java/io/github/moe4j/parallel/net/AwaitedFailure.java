package io.github.moe4j.parallel.net;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A thread waits for the failure that another one reports. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "woken, long before its time is over")
@State
public class AwaitedFailure {
  private final Failure failure = new Failure();

  /** Waits, and says whether it knows of the failure then. */
  @Actor
  public void waits(Z_Result result) {
    failure.await(60_000);
    result.r1 = failure.isSet();
  }

  /** Reports it. */
  @Actor
  public void fails() {
    failure.set("on purpose", null);
  }
}
