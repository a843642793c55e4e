package io.github.moe4j.core.internal;

import io.github.moe4j.testkit.internal.BlasThreads;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two passes, and many short ones, want BLAS without threads, which is one setting of the process: it is so for both, then as before. Where
 * kernels make the products nothing is set.
 */
@JCStressTest
@Outcome(
    id = "1, 1, 2",
    expect = Expect.ACCEPTABLE,
    desc = "one thread for both, and two after them")
@State
public class BlasLeases {
  static {
    Nd4j.factory().blas().setMaxThreads(2);
  }

  /** A pass. */
  @Actor
  public void first(III_Result result) {
    result.r1 = threadsInLease();
  }

  /** Another. */
  @Actor
  public void second(III_Result result) {
    result.r2 = threadsInLease();
  }

  /** After both. */
  @Arbiter
  public void after(III_Result result) {
    result.r3 = BlasThreads.now();
  }

  private static int threadsInLease() {
    for (int i = 0; i < 20; i++) {
      SingleThreadedBlas.lease().close();
    }
    SingleThreadedBlas lease = SingleThreadedBlas.lease();
    try {
      return BlasThreads.now();
    } finally {
      lease.close();
    }
  }
}
