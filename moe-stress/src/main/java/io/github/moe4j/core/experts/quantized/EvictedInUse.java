package io.github.moe4j.core.experts.quantized;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Two passes want different experts where there is room for one, which is taken by a third. */
@JCStressTest
@Outcome(
    id = "1, 2, 1, 1",
    expect = Expect.ACCEPTABLE,
    desc = "each has its own, and the budget holds")
@State
public class EvictedInUse {
  private final ExpertCache cache = new ExpertCache(1, FakeNetwork::new);

  /** With expert 0 in memory. */
  public EvictedInUse() {
    get(0);
  }

  /** A pass. */
  @Actor
  public void first(IIII_Result result) {
    result.r1 = get(1);
  }

  /** Another. */
  @Actor
  public void second(IIII_Result result) {
    result.r2 = get(2);
  }

  /** Bytes in memory, and after one more. */
  @Arbiter
  public void after(IIII_Result result) {
    result.r3 = (int) cache.bytes();
    get(3);
    result.r4 = (int) cache.bytes();
  }

  private int get(int expert) {
    return ((FakeNetwork) cache.get(expert, new CacheUses())).expert();
  }
}
