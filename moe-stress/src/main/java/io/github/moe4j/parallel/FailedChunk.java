package io.github.moe4j.parallel;

import java.util.function.IntConsumer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The work on a chunk fails, or its exchange: the other thread ends, and the error is that of the first. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "each with its error")
@State
public class FailedChunk {
  /** The work on a chunk fails. */
  @Actor
  public void work(II_Result result) {
    result.r1 = failure(c -> {}, 1);
  }

  /** An exchange fails. */
  @Actor
  public void exchange(II_Result result) {
    result.r2 = failure(
        c -> {
          if (c == 1) {
            throw new IllegalStateException("2");
          }
        },
        -1);
  }

  private static int failure(IntConsumer dispatch, int failing) {
    try {
      new ChunkPipeline(
              3,
              dispatch,
              c -> {
                if (c == failing) {
                  throw new IllegalStateException("1");
                }
              },
              c -> {})
          .run("chunks");
      return 0;
    } catch (IllegalStateException e) {
      return Integer.parseInt(e.getMessage());
    }
  }
}
