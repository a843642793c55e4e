package io.github.moe4j.stress;

import io.github.moe4j.core.internal.HelperPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A part that fails beside another caller: all parts are done before the error leaves, and it leaves its caller alone. */
@JCStressTest
@Outcome(id = "110, 111", expect = Expect.ACCEPTABLE, desc = "two parts and an error; three parts")
@State
public class FailingPart {
  private final int[] first = new int[3];
  private final int[] second = new int[3];

  /** The caller whose first part fails. */
  @Actor
  public void failing(II_Result result) {
    try {
      HelperPool.SHARED.run(3, part -> {
        if (part == 0) {
          throw new IllegalStateException("on purpose");
        }
        first[part]++;
      });
    } catch (IllegalStateException e) {
      result.r1 = sum(first);
    }
  }

  /** The other. */
  @Actor
  public void other(II_Result result) {
    HelperPool.SHARED.run(3, part -> second[part]++);
    result.r2 = sum(second);
  }

  private static int sum(int[] counts) {
    return counts[0] + 10 * counts[1] + 100 * counts[2];
  }
}
