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

/** Two threads want the last bytes below the limit. */
@JCStressTest
@Outcome(
    id = {"true, false, true", "false, true, true"},
    expect = Expect.ACCEPTABLE,
    desc = "one gets them, and nothing more is counted")
@State
public class MemoryLimit {
  private final ArrayMemory memory = new ArrayMemory("20", new NoCollector());
  private final INDArray first = FakeArrays.open();
  private final INDArray second = FakeArrays.open();
  private final INDArray third = FakeArrays.open(); // a field, or it may be collected

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

  /** The other 8 are there, and not one more. */
  @Arbiter
  public void rest(ZZZ_Result result) {
    result.r3 = !takes(third, 3) && takes(third, 2) && !takes(FakeArrays.open(), 1);
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
