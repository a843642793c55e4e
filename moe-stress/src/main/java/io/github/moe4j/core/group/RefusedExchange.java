package io.github.moe4j.core.group;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A rank expects more than is sent to it, gets an error and uses its memory for something else. */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "the other had read it before")
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "the other did not read it")
@State
public class RefusedExchange {
  private static final Exchange.Call CALL = new Exchange.Call(0, "some");

  private final ThreadRoom room = new ThreadRoom(2, Duration.ofMinutes(1));

  /** Sends a byte, expects two. */
  @Actor
  public void rank0(ZI_Result result) {
    ByteBuffer[] send = buffers(1);
    send[1].put(0, (byte) 1);
    result.r1 = isRefused(0, send, buffers(2));
    send[1].put(0, (byte) 9);
  }

  /** Sends a byte, expects one. */
  @Actor
  public void rank1(ZI_Result result) {
    ByteBuffer[] receive = buffers(1);
    result.r2 = isRefused(1, buffers(1), receive) ? receive[0].get(0) : -1;
  }

  private boolean isRefused(int rank, ByteBuffer[] send, ByteBuffer[] receive) {
    try {
      room.exchange(rank, CALL, send, receive);
      return false;
    } catch (GroupException e) {
      return true;
    }
  }

  private static ByteBuffer[] buffers(int size) {
    return new ByteBuffer[] {ByteBuffer.allocate(size), ByteBuffer.allocate(size)};
  }
}
