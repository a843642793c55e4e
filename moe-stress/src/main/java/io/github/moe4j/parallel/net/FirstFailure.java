package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.GroupException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two threads of a rank fail: one failure is the first, and stays. */
@JCStressTest
@Outcome(
    id = {"true, false, 1", "false, true, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "that of the first")
@State
public class FirstFailure {
  private final Failure failure = new Failure();

  /** A thread. */
  @Actor
  public void first(ZZI_Result result) {
    result.r1 = failure.set("1", null);
  }

  /** Another. */
  @Actor
  public void second(ZZI_Result result) {
    result.r2 = failure.set("2", null);
  }

  /** What the group says. */
  @Arbiter
  public void check(ZZI_Result result) {
    try {
      failure.check();
    } catch (GroupException e) {
      result.r3 = Integer.parseInt(String.valueOf(e.getMessage()));
    }
  }
}
