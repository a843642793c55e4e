package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Two threads find at the same time that a closed array is counted no more: its bytes go to one of them, once. */
@JCStressTest
@Outcome(
    id = {"true, false, true", "false, true, true"},
    expect = Expect.ACCEPTABLE,
    desc = "one gets them, and the limit holds")
@State
public class ClosedOnce {
  private final ArrayMemory memory = new ArrayMemory("16", new NoCollector());
  private final INDArray closed = FakeArrays.closed();
  private final INDArray first = FakeArrays.open();
  private final INDArray second = FakeArrays.open();

  /** The limit is reached by an array that is closed. */
  public ClosedOnce() {
    takes(closed, 4);
  }

  /** Wants 12 bytes. */
  @Actor
  public void first(ZZZ_Result result) {
    result.r1 = takes(first, 3);
  }

  /** Wants 12 bytes too. */
  @Actor
  public void second(ZZZ_Result result) {
    result.r2 = takes(second, 3);
  }

  /** 4 bytes are left. */
  @Arbiter
  public void rest(ZZZ_Result result) {
    INDArray third = FakeArrays.open();
    result.r3 = !takes(third, 2) && takes(third, 1);
  }

  private boolean takes(INDArray array, int elements) {
    try {
      memory.allocate(DataType.FLOAT, new long[] {elements}, () -> array);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }
}
