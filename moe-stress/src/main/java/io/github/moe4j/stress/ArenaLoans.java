package io.github.moe4j.stress;

import io.github.moe4j.core.Arena;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** Two passes want the only idle array: one gets it, the other a new one. */
@JCStressTest
@Outcome(
    id = "1, 2, 128",
    expect = Expect.ACCEPTABLE,
    desc = "both with memory of their own, all returned")
@Outcome(
    id = "1, 2, 64",
    expect = Expect.ACCEPTABLE,
    desc = "one after the other in the same memory")
@State
public class ArenaLoans {
  private final Arena arena = new Arena();

  /** With one idle array of 64 bytes. */
  public ArenaLoans() {
    use(0);
  }

  /** A pass. */
  @Actor
  public void first(IIJ_Result result) {
    result.r1 = use(1);
  }

  /** Another. */
  @Actor
  public void second(IIJ_Result result) {
    result.r2 = use(2);
  }

  /** Bytes after both. */
  @Arbiter
  public void bytes(IIJ_Result result) {
    result.r3 = arena.borrowedBytes() == 0 ? arena.idleBytes() : -1;
  }

  /** Writes a number to all elements; returns it, or -1 if one has changed. */
  private int use(int number) {
    try (Arena.Scope scope = arena.open()) {
      int[] array = scope.takeInts(16);
      for (int i = 0; i < 16; i++) {
        array[i] = number;
      }
      for (int i = 0; i < 16; i++) {
        if (array[i] != number) {
          return -1;
        }
      }
      return number;
    }
  }
}
