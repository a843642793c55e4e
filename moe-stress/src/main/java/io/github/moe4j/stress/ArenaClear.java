package io.github.moe4j.stress;

import io.github.moe4j.core.Arena;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** An arena is cleared while a pass returns its memory: what stays is counted, and goes with the next clear. */
@JCStressTest
@Outcome(id = "64, 0", expect = Expect.ACCEPTABLE, desc = "returned after the clear")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "returned before it")
@State
public class ArenaClear {
  private final Arena arena = new Arena();
  private final Arena.Scope scope = arena.open();

  /** With 64 bytes borrowed. */
  public ArenaClear() {
    scope.takeInts(16);
  }

  /** Returns them. */
  @Actor
  public void giveBack() {
    scope.close();
  }

  /** Clears. */
  @Actor
  public void clear() {
    arena.clear();
  }

  /** Bytes after it, and after another clear. */
  @Arbiter
  public void bytes(JJ_Result result) {
    result.r1 = arena.borrowedBytes() == 0 ? arena.idleBytes() : -1;
    arena.clear();
    result.r2 = arena.idleBytes();
  }
}
