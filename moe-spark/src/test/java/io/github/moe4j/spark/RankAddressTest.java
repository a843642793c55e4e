package io.github.moe4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RankAddressTest {
  @Test
  void find_addressesOfExecutors_thatOfTheRank() throws IOException {
    String[] addresses = {"192.0.2.1:4040", "[2001:db8::1]:4040", "192.0.2.3"};

    assertEquals("192.0.2.1", RankAddress.find(null, addresses, 0).getHostAddress());
    assertEquals("2001:db8:0:0:0:0:0:1", RankAddress.find(null, addresses, 1).getHostAddress());
    assertEquals("192.0.2.3", RankAddress.find(null, addresses, 2).getHostAddress());
  }

  @Test
  void find_loopbackWithOneMachine_taken() throws IOException {
    String[] addresses = {"127.0.0.1:1", "127.0.0.1:2"};

    assertTrue(RankAddress.find(null, addresses, 1).isLoopbackAddress());
  }

  @Test
  void find_loopbackWithSeveralMachines_refused() {
    String[] addresses = {"192.0.2.1:1", "127.0.1.1:2"};

    IOException failure =
        assertThrows(IOException.class, () -> RankAddress.find(null, addresses, 1));

    assertTrue(
        failure.getMessage().startsWith("the host name 127.0.1.1 of rank 1 must be that of"),
        failure.getMessage());
  }
}
