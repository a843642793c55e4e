package io.github.moe4j.stress;

import io.github.moe4j.core.internal.HelperPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Parts that divide their own work, of two callers: helpers are callers too. */
@JCStressTest
@Outcome(id = "22, 22", expect = Expect.ACCEPTABLE, desc = "each part of each part once")
@State
public class NestedParts {
  private final int[][] first = new int[2][2];
  private final int[][] second = new int[2][2];

  /** Parts of the first caller. */
  @Actor
  public void first(II_Result result) {
    result.r1 = nested(first);
  }

  /** Parts of the second caller. */
  @Actor
  public void second(II_Result result) {
    result.r2 = nested(second);
  }

  private static int nested(int[][] counts) {
    HelperPool.SHARED.run(2, i -> HelperPool.SHARED.run(2, j -> counts[i][j]++));
    return counts[0][0] + counts[0][1] + 10 * (counts[1][0] + counts[1][1]);
  }
}
