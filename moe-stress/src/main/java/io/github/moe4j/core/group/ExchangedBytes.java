package io.github.moe4j.core.group;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two ranks exchange a byte twice from the same memory, which is theirs again after each exchange. */
@JCStressTest
@Outcome(id = "57, 13", expect = Expect.ACCEPTABLE, desc = "both bytes of the other rank")
@State
public class ExchangedBytes {
  private final ThreadRoom room = new ThreadRoom(2, Duration.ofMinutes(1));

  /** Sends 1 and 3. */
  @Actor
  public void rank0(II_Result result) {
    result.r1 = exchange(0, 1, 3);
  }

  /** Sends 5 and 7. */
  @Actor
  public void rank1(II_Result result) {
    result.r2 = exchange(1, 5, 7);
  }

  private int exchange(int rank, int first, int second) {
    ByteBuffer[] send = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
    ByteBuffer[] receive = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
    int other = 1 - rank;
    send[other].put(0, (byte) first);
    room.exchange(rank, new Exchange.Call(0, "first"), send, receive);
    int received = receive[other].get(0);
    send[other].put(0, (byte) second);
    room.exchange(rank, new Exchange.Call(1, "second"), send, receive);
    return 10 * received + receive[other].get(0);
  }
}
