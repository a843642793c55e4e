package io.github.moe4j.parallel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two layers exchange chunks in threads of their own; what a thread writes, the next step of a chunk reads. */
@JCStressTest
@Outcome(
    id = "765, 765",
    expect = Expect.ACCEPTABLE,
    desc = "each chunk dispatched, computed, combined")
@State
public class ChunksInOrder {
  /** A layer. */
  @Actor
  public void first(II_Result result) {
    result.r1 = run();
  }

  /** Another. */
  @Actor
  public void second(II_Result result) {
    result.r2 = run();
  }

  private static int run() {
    int[] chunks = new int[3];
    new ChunkPipeline(3, c -> chunks[c] += c + 1, c -> chunks[c] *= 2, c -> chunks[c] += 3 - c)
        .run("chunks");
    return chunks[0] + 10 * chunks[1] + 100 * chunks[2];
  }
}
