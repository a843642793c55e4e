package io.github.moe4j.stress;

import io.github.moe4j.core.io.ShardedSafetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A folder is closed while a tensor is read: the tensor, or the error that it is closed. */
@JCStressTest
@Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "read")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "closed before")
@State
public class ReadOrClosed {
  private final ShardedSafetensors model = StoredModel.open();

  /** Reads. */
  @Actor
  public void read(I_Result result) {
    try {
      result.r1 = model.bytes("a", 0, 1).get(0);
    } catch (IllegalStateException e) {
      result.r1 = -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes. */
  @Actor
  public void close() {
    model.close();
  }
}
