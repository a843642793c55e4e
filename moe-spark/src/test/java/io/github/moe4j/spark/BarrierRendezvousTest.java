package io.github.moe4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarrierRendezvousTest {
  private final List<String> said = new ArrayList<>();

  /** Rank 0 of two; the other one says what it does, or something else. */
  private BarrierRendezvous rendezvous(String other) {
    return new BarrierRendezvous(0, 2, own -> {
      said.add(own);
      return new String[] {own, other == null ? own.replace("here", "there") : other};
    });
  }

  @Test
  void allGather_bothCame_addresses() throws IOException {
    assertEquals(List.of("here 1", "there 1"), rendezvous(null).allGather("here 1"));
  }

  @Test
  void allGather_otherFailed_errorSaysWhy() {
    IOException failure = assertThrows(
        IOException.class, () -> rendezvous("failed no such interface").allGather("here 1"));

    assertEquals("rank 1 did not connect: no such interface", failure.getMessage());
  }

  @Test
  void allGather_otherMakesProductsInAnotherWay_refused() {
    IOException failure =
        assertThrows(IOException.class, () -> rendezvous("odd there 1").allGather("here 1"));

    assertTrue(
        failure.getMessage().startsWith("all ranks must make matrix products alike"),
        failure.getMessage());
    assertTrue(failure.getMessage().contains("ranks [1] have not"), failure.getMessage());
  }

  @Test
  void cancel_beforeAndAfter_gathersOnce() throws IOException {
    BarrierRendezvous failed = rendezvous(null);
    failed.cancel(new IOException("first\nsecond"));
    failed.cancel(new IOException("again"));
    assertEquals(List.of("failed java.io.IOException: first second"), said);

    BarrierRendezvous connected = rendezvous(null);
    connected.allGather("here 1");
    connected.cancel(new IOException("lost"));
    assertEquals(2, said.size());
  }
}
