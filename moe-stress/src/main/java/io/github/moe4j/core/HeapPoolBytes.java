package io.github.moe4j.core;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** An array is returned and borrowed again while another thread asks how much is idle. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "never less than nothing")
@State
public class HeapPoolBytes {
  private final HeapPool<int[]> pool = new HeapPool<>(int[]::new, array -> {}, Integer.BYTES);
  private final HeapPool<int[]>.Loan loan = pool.borrow(8);

  /** Returns. */
  @Actor
  public void giveBack() {
    loan.giveBack(false);
  }

  /** Borrows and asks. */
  @Actor
  public void asks(Z_Result result) {
    pool.borrow(8);
    result.r1 = pool.idleBytes() >= 0 && pool.borrowedBytes() >= 32;
  }
}
