package io.github.moe4j.stress;

import io.github.moe4j.core.internal.HelperPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two callers share helpers. Each part counts in a plain field, so a part that was done twice, not at all, or
 * whose result the caller does not see, shows in the sum.
 */
@JCStressTest
@Outcome(id = "321, 321", expect = Expect.ACCEPTABLE, desc = "each part once, seen by its caller")
@State
public class SharedHelpers {
  private final int[] first = new int[3];
  private final int[] second = new int[3];

  /** Parts of the first caller. */
  @Actor
  public void first(II_Result result) {
    HelperPool.SHARED.run(3, part -> first[part] += part + 1);
    result.r1 = sum(first);
  }

  /** Parts of the second caller. */
  @Actor
  public void second(II_Result result) {
    HelperPool.SHARED.run(3, part -> second[part] += part + 1);
    result.r2 = sum(second);
  }

  private static int sum(int[] counts) {
    return counts[0] + 10 * counts[1] + 100 * counts[2];
  }
}
