package io.github.moe4j.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two callers train with one layer: arena, rooms of the kernels and helpers are shared, no number is. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both have the bits of one alone")
@State
public class LayerOfTwoCallers {
  private static final int ALONE = Layers.backward(Layers.TOP_K);

  /** A caller. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = Layers.backward(Layers.TOP_K) == ALONE;
  }

  /** Another. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = Layers.backward(Layers.TOP_K) == ALONE;
  }
}
