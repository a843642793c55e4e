package io.github.moe4j.stress;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.watch.Replay;
import io.github.moe4j.core.watch.TraceWeights;
import io.github.moe4j.core.watch.TracedPass;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJI_Result;

/** Two threads take the passes of one replay: each gets one of its own. */
@JCStressTest
@Outcome(
    id = {"0, 1, 0", "1, 0, 0"},
    expect = Expect.ACCEPTABLE,
    desc = "both passes, once each")
@State
public class ReplayedPasses {
  private static final TokenBatch INPUT = TokenBatch.evaluation(Nd4j.ones(DataType.FLOAT, 3, 1));
  private static final List<TracedPass> TRACE = List.of(pass(0), pass(1));

  private static TracedPass pass(int step) {
    return new TracedPass(
        "moe",
        step,
        false,
        3,
        Decisions.SOME.mask(),
        Decisions.SOME.assignments(),
        TraceWeights.FLOAT64,
        0);
  }

  private final Replay replay = Replay.of("moe", TRACE);

  /** A thread. */
  @Actor
  public void first(JJI_Result result) {
    result.r1 = replay.next(INPUT).step();
  }

  /** Another. */
  @Actor
  public void second(JJI_Result result) {
    result.r2 = replay.next(INPUT).step();
  }

  /** Passes that are left. */
  @Arbiter
  public void left(JJI_Result result) {
    result.r3 = replay.remaining();
  }
}
