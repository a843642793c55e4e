package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadRoomTest {
  private static final Exchange.Call CALL = new Exchange.Call(0, "some");

  private final ThreadRoom room = new ThreadRoom(2, Duration.ofSeconds(30));

  private static ByteBuffer[] buffers(int size) {
    return new ByteBuffer[] {ByteBuffer.allocate(size), ByteBuffer.allocate(size)};
  }

  private void requireRefused(int rank, ByteBuffer[] send, ByteBuffer[] receive) {
    assertThrows(GroupException.class, () -> room.exchange(rank, CALL, send, receive));
  }

  @Test
  void exchange_lastRankIsRefused_nobodyReadsItsBuffersAfterIt() throws Exception {
    ByteBuffer[] received = buffers(1);
    Thread waiting = new Thread(() -> requireRefused(1, buffers(1), received));
    waiting.start();
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      assertTrue(waiting.isAlive());
      Thread.onSpinWait();
    }
    ByteBuffer[] send = buffers(1);
    send[1].put(0, (byte) 1);
    requireRefused(0, send, buffers(2)); // its memory is its own again, and may be freed
    waiting.join();

    assertEquals(0, received[0].get(0));
  }
}
