package io.github.moe4j.core.experts.quantized;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** The first of two passes that miss an expert cannot read it; the other tries for itself. */
@JCStressTest
@Outcome(
    id = {"-1, 7, 1", "7, -1, 1"},
    expect = Expect.ACCEPTABLE,
    desc = "one error; in memory at the next use")
@State
public class FailedPacking {
  private final AtomicBoolean hasFailed = new AtomicBoolean();
  private final ExpertCache cache = new ExpertCache(2, expert -> {
    if (hasFailed.compareAndSet(false, true)) {
      throw new IllegalStateException("on purpose");
    }
    return new FakeNetwork(expert);
  });

  /** A pass. */
  @Actor
  public void first(IIJ_Result result) {
    result.r1 = get();
  }

  /** Another. */
  @Actor
  public void second(IIJ_Result result) {
    result.r2 = get();
  }

  /** Bytes in memory after one more use. */
  @Arbiter
  public void after(IIJ_Result result) {
    get();
    result.r3 = cache.bytes();
  }

  private int get() {
    try {
      return ((FakeNetwork) cache.get(7, new CacheUses())).expert();
    } catch (IllegalStateException e) {
      return -1;
    }
  }
}
