package io.github.moe4j.core.group;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A group is ended from outside while a rank waits for another: it returns with the cause. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the error of the first failure")
@State
public class AbortedExchange {
  private final ThreadRoom room = new ThreadRoom(2, Duration.ofMinutes(1));
  private final IllegalStateException cause = new IllegalStateException("on purpose");

  /** Waits for rank 1, which does not come. */
  @Actor
  public void rank0(Z_Result result) {
    ByteBuffer[] nothing = {ByteBuffer.allocate(0), ByteBuffer.allocate(0)};
    try {
      room.exchange(0, new Exchange.Call(0, "some"), nothing, nothing);
    } catch (GroupException e) {
      result.r1 = e.getCause() == cause;
    }
  }

  /** Ends it. */
  @Actor
  public void abort() {
    room.abort("ended", cause);
  }
}
