package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of hosts and ports, known to all ranks before they start: rank r listens at the r-th, to be set by {@link
 * SocketOptions#withPort}. Nothing is exchanged.
 *
 * @param hosts {@code host:port} of each rank, the same list on all; {@code [address]:port} for IPv6
 * @param rank of this process
 */
public record HostRendezvous(List<String> hosts, int rank) implements Rendezvous {
  /**
   * Checks the list.
   *
   * @throws IllegalArgumentException if the rank is not one of the list, or an entry is not host and port
   */
  public HostRendezvous {
    hosts = List.copyOf(hosts);
    Require.that(
        rank >= 0 && rank < hosts.size(), "rank must be in [0, %d) but was %d", hosts.size(), rank);
    hosts.forEach(HostRendezvous::portOf);
  }

  @Override
  public int size() {
    return hosts.size();
  }

  /** The host of this rank. */
  public String host() {
    return hostOf(hosts.get(rank));
  }

  /** The port at which this rank has to listen. */
  public int port() {
    return portOf(hosts.get(rank));
  }

  /**
   * The list.
   *
   * @throws IOException if this rank does not listen on its port
   */
  @Override
  public List<String> allGather(String own) throws IOException {
    if (!own.endsWith(" " + port())) {
      throw new IOException("rank %d must listen on port %d of the list of hosts but listens at %s"
          .formatted(rank, port(), own));
    }
    List<String> all = new ArrayList<>();
    hosts.forEach(entry -> all.add(hostOf(entry) + " " + portOf(entry)));
    return all;
  }

  /** The hosts without their ports. */
  List<String> names() {
    return hosts.stream().map(HostRendezvous::hostOf).toList();
  }

  private static String hostOf(String entry) {
    String host = entry.substring(0, Math.max(0, entry.lastIndexOf(':')));
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static int portOf(String entry) {
    String digits = entry.substring(entry.lastIndexOf(':') + 1);
    int port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    Require.that(
        port >= 1
            && port <= 65_535
            && !hostOf(entry).isBlank()
            && !hostOf(entry).contains(" "),
        "each host must be host:port but was '%s'",
        entry);
    return port;
  }
}
