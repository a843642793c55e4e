package io.github.moe4j.stress;

import io.github.moe4j.core.MoeLayer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two callers run one layer with packed weights, whose workers have memory that they keep from pass to pass. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both have the bits of one alone")
@State
public class QuantizedOfTwoCallers {
  private static final MoeLayer LAYER = Layers.quantized();
  private static final int ALONE = Layers.forward(LAYER);

  /** A caller. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = Layers.forward(LAYER) == ALONE;
  }

  /** Another. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = Layers.forward(LAYER) == ALONE;
  }
}
