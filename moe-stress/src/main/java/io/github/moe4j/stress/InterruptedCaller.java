package io.github.moe4j.stress;

import io.github.moe4j.core.internal.HelperPool;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A caller that is interrupted waits for all parts and keeps its flag, beside one that is not. */
@JCStressTest
@Outcome(id = "121, 21", expect = Expect.ACCEPTABLE, desc = "all parts done; only its own flag set")
@State
public class InterruptedCaller {
  /** Longer than a caller waits awake. */
  private static final long SLEEPS_AFTER = 100_000;

  private final int[] first = new int[2];
  private final int[] second = new int[2];

  /** The caller with its flag set. */
  @Actor
  public void interrupted(II_Result result) {
    Thread caller = Thread.currentThread();
    caller.interrupt();
    HelperPool.SHARED.run(2, part -> {
      if (Thread.currentThread() != caller) {
        LockSupport.parkNanos(SLEEPS_AFTER); // or the caller would not sleep
      }
      first[part] += part + 1;
    });
    result.r1 = first[0] + 10 * first[1] + (Thread.interrupted() ? 100 : 0);
  }

  /** A caller without. */
  @Actor
  public void other(II_Result result) {
    HelperPool.SHARED.run(2, part -> second[part] += part + 1);
    result.r2 = second[0] + 10 * second[1] + (Thread.interrupted() ? 100 : 0);
  }
}
