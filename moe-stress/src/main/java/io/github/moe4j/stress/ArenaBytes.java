package io.github.moe4j.stress;

import io.github.moe4j.core.Arena;
import org.nd4j.linalg.api.buffer.DataType;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A pass returns its memory, and another borrows it and asks how much is idle. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "never less than nothing")
@State
public class ArenaBytes {
  private final Arena arena = new Arena();
  private final Arena.Scope scope = arena.open();

  /** With an array borrowed. */
  public ArenaBytes() {
    scope.take(DataType.FLOAT, 16);
  }

  /** Returns it. */
  @Actor
  public void giveBack() {
    scope.close();
  }

  /** Borrows and asks. */
  @Actor
  public void asks(Z_Result result) {
    arena.open().take(DataType.FLOAT, 16);
    result.r1 = arena.idleBytes() >= 0 && arena.borrowedBytes() > 0;
  }
}
