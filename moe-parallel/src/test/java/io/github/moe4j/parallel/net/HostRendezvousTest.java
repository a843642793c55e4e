package io.github.moe4j.parallel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.group.Group;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRendezvousTest {
  private static final String SECRET = "00112233445566778899aabbccddeeff";

  private static List<String> freePlaces(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<String> places = new ArrayList<>();
    for (ServerSocket socket : sockets) {
      places.add("127.0.0.1:" + socket.getLocalPort());
      socket.close();
    }
    return places;
  }

  private static RankEnvironment environment(List<String> hosts, int rank) {
    return new RankEnvironment(Map.of(
        "MOE4J_RANK", String.valueOf(rank),
        "MOE4J_HOSTS", String.join(",", hosts),
        "MOE4J_SECRET", SECRET));
  }

  /** The last rank comes first, so that it has to wait for the others. */
  @Test
  void connect_hostsInEnvironment_ranksOfTheList() throws Exception {
    List<String> hosts = freePlaces(3);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<long[][]>> results = new ArrayList<>();
      for (int r = 2; r >= 0; r--) {
        int rank = r;
        Callable<long[][]> body = () -> {
          try (Group group = environment(hosts, rank).connect()) {
            return group.allGather(group.rank() * 10L);
          }
        };
        results.add(threads.submit(body));
        Thread.sleep(50);
      }
      for (Future<long[][]> result : results) {
        assertArrayEquals(new long[][] {{0}, {10}, {20}}, result.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void connect_portInUse_said() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<String> hosts = List.of("127.0.0.1:" + other.getLocalPort(), "127.0.0.1:1");

      var error = assertThrows(IOException.class, () -> environment(hosts, 0).connect());

      assertTrue(
          error.getMessage().startsWith("cannot listen at /127.0.0.1:" + other.getLocalPort()),
          error.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:", "a:0", "a:65536", ":7000", "a:7000x", " :7000"})
  void of_noHostAndPort_said(String entry) {
    var error = assertThrows(
        IllegalArgumentException.class, () -> new HostRendezvous(List.of("host:7000", entry), 0));
    assertEquals("each host must be host:port but was '" + entry + "'", error.getMessage());
  }

  @Test
  void allGather_hosts_withoutBrackets() throws IOException {
    var rendezvous = new HostRendezvous(List.of("node-1:7000", "[fe80::1]:7001"), 0);
    assertEquals(List.of("node-1 7000", "fe80::1 7001"), rendezvous.allGather("10.0.0.1 7000"));
    var error = assertThrows(IOException.class, () -> rendezvous.allGather("10.0.0.1 4711"));
    assertEquals(
        "rank 0 must listen on port 7000 of the list of hosts but listens at 10.0.0.1 4711",
        error.getMessage());
  }

  private static String refusal(Map<String, String> changes) {
    Map<String, String> variables = new HashMap<>(
        Map.of("MOE4J_RANK", "0", "MOE4J_HOSTS", "127.0.0.1:7000", "MOE4J_SECRET", SECRET));
    variables.putAll(changes);
    variables.values().removeIf(""::equals);
    return assertThrows(
            IllegalArgumentException.class, () -> new RankEnvironment(variables).connect())
        .getMessage();
  }

  @Test
  void connect_wrongEnvironment_variableNamed() {
    assertEquals("MOE4J_RANK must be set but is not", refusal(Map.of("MOE4J_RANK", "")));
    assertEquals(
        "MOE4J_RANK must be a whole number but was '-1'", refusal(Map.of("MOE4J_RANK", "-1")));
    assertEquals("rank must be in [0, 1) but was 1", refusal(Map.of("MOE4J_RANK", "1")));
    assertEquals("MOE4J_SECRET must be set but is not", refusal(Map.of("MOE4J_SECRET", "")));
    assertEquals(
        "MOE4J_SECRET must be hexadecimal digits, two a byte, but has 5 characters",
        refusal(Map.of("MOE4J_SECRET", "00zz0")));
    assertEquals(
        "secret must have at least 16 bytes but has 2", refusal(Map.of("MOE4J_SECRET", "0011")));
    assertEquals(
        "one of MOE4J_HOSTS and MOE4J_RENDEZVOUS must be set", refusal(Map.of("MOE4J_HOSTS", "")));
    assertEquals(
        "one of MOE4J_HOSTS and MOE4J_RENDEZVOUS must be set",
        refusal(Map.of("MOE4J_RENDEZVOUS", "folder")));
    assertEquals(
        "MOE4J_RANKS must be the number of MOE4J_HOSTS, 1, but was 2",
        refusal(Map.of("MOE4J_RANKS", "2")));
    assertEquals(
        "rank 0 must listen at an address that 192.0.2.1 reaches but 127.0.0.1 is 127.0.0.1: set MOE4J_ADDRESS",
        refusal(Map.of("MOE4J_HOSTS", "127.0.0.1:7000,192.0.2.1:7000")));
    assertFalse(environment(List.of("a:1"), 0).toString().contains(SECRET));
    assertEquals(
        "MOE4J_TIMEOUT must be a whole number but was '1s'",
        refusal(Map.of("MOE4J_TIMEOUT", "1s")));
  }
}
