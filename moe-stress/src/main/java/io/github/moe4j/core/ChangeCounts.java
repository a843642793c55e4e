package io.github.moe4j.core;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Optimizers of two parts of a model mark what they changed. */
@JCStressTest
@Outcome(
    id = "3, 1",
    expect = Expect.ACCEPTABLE,
    desc = "every change is noticed by all that have the array")
@State
public class ChangeCounts {
  private static final INDArray ARRAY = Nd4j.ones(DataType.FLOAT, 1);

  private final NamedArrays all =
      NamedArrays.builder().add("router.a", ARRAY).add("experts.b", ARRAY).build();
  private final NamedArrays experts = all.part("experts");

  /** All parameters. */
  @Actor
  public void all() {
    all.markChanged();
  }

  /** A part. */
  @Actor
  public void part() {
    experts.markChanged();
  }

  /** Changes, and those of the part that it did not say itself. */
  @Arbiter
  public void changes(JJ_Result result) {
    result.r1 = all.changeCount();
    result.r2 = experts.changeCount() - 1;
  }
}
