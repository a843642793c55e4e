package io.github.moe4j.core.experts.quantized;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Two passes miss the same expert. */
@JCStressTest
@Outcome(id = "7, 7, 1, 1", expect = Expect.ACCEPTABLE, desc = "packed once, counted once")
@State
public class PackedOnce {
  private final AtomicInteger packed = new AtomicInteger();
  private final ExpertCache cache = new ExpertCache(2, expert -> {
    packed.incrementAndGet();
    return new FakeNetwork(expert);
  });

  /** A pass. */
  @Actor
  public void first(IIII_Result result) {
    result.r1 = get(7);
  }

  /** Another. */
  @Actor
  public void second(IIII_Result result) {
    result.r2 = get(7);
  }

  /** Packings, and bytes in memory. */
  @Arbiter
  public void after(IIII_Result result) {
    result.r3 = packed.get();
    result.r4 = (int) cache.bytes();
  }

  private int get(int expert) {
    return ((FakeNetwork) cache.get(expert, new CacheUses())).expert();
  }
}
