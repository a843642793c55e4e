package io.github.moe4j.stress;

import io.github.moe4j.lab.LabRecorder;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads begin the run of one model and seed: it is recorded once. */
@JCStressTest
@Outcome(
    id = {"true, false", "false, true"},
    expect = Expect.ACCEPTABLE,
    desc = "one is refused")
@State
public class RecordedRuns {
  private final LabRecorder recorder = LabRecorder.builder("A training").build();

  /** A thread. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = begins();
  }

  /** Another. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = begins();
  }

  private boolean begins() {
    try {
      recorder.run("top-k", 1);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
