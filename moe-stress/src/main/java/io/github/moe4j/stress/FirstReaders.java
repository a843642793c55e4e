package io.github.moe4j.stress;

import io.github.moe4j.core.io.ShardedSafetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads are the first to read from a file of a folder. */
@JCStressTest
@Outcome(
    id = "7, 7, -1",
    expect = Expect.ACCEPTABLE,
    desc = "both read, and what they opened is closed")
@State
public class FirstReaders {
  private final ShardedSafetensors model = StoredModel.open();

  /** A reader. */
  @Actor
  public void first(III_Result result) {
    result.r1 = read();
  }

  /** Another. */
  @Actor
  public void second(III_Result result) {
    result.r2 = read();
  }

  /** Closes. */
  @Arbiter
  public void close(III_Result result) {
    model.close();
    result.r3 = read();
  }

  private int read() {
    try {
      return model.bytes("a", 0, 1).get(0);
    } catch (IllegalStateException e) {
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
