package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a launcher tells a rank, as {@link SocketGroup#fromEnvironment} describes it.
 *
 * @param variables of the environment
 */
record RankEnvironment(Map<String, String> variables) {
  static final String RANK = "MOE4J_RANK";
  static final String RANKS = "MOE4J_RANKS";
  static final String HOSTS = "MOE4J_HOSTS";
  static final String RENDEZVOUS = "MOE4J_RENDEZVOUS";
  static final String SECRET = "MOE4J_SECRET";
  static final String TIMEOUT = "MOE4J_TIMEOUT";
  static final String ADDRESS = "MOE4J_ADDRESS";

  private static final int DEFAULT_TIMEOUT = 60;

  Group connect() throws IOException {
    Duration timeout =
        Duration.ofSeconds(optional(TIMEOUT) == null ? DEFAULT_TIMEOUT : number(TIMEOUT));
    SocketOptions options = SocketOptions.secret(secret()).withTimeout(timeout);
    int rank = number(RANK);
    String hosts = optional(HOSTS);
    String folder = optional(RENDEZVOUS);
    Require.that(
        (hosts == null) != (folder == null), "one of %s and %s must be set", HOSTS, RENDEZVOUS);
    String address = optional(ADDRESS);
    if (folder != null) {
      Rendezvous rendezvous = folder.equals(LauncherRendezvous.NAME)
          ? new LauncherRendezvous(rank, number(RANKS), timeout)
          : new FolderRendezvous(Path.of(folder), rank, number(RANKS), timeout);
      return SocketGroup.connect(rendezvous, at(options, address));
    }
    HostRendezvous list = new HostRendezvous(List.of(hosts.split(",")), rank);
    Require.that(
        optional(RANKS) == null || number(RANKS) == list.size(),
        "%s must be the number of %s, %d, but was %s",
        RANKS,
        HOSTS,
        list.size(),
        variables.get(RANKS));
    options = at(options, address == null ? list.host() : address).withPort(list.port());
    requireReachable(options.address(), list);
    return SocketGroup.connect(list, options);
  }

  /** Many systems give a host's own name to a loopback address, at which other hosts do not reach it. */
  private static void requireReachable(InetAddress own, HostRendezvous list) {
    if (own.isLoopbackAddress()) {
      for (String other : list.names()) {
        Require.that(
            isLoopback(other),
            "rank %d must listen at an address that %s reaches but %s is %s: set %s",
            list.rank(),
            other,
            list.host(),
            own.getHostAddress(),
            ADDRESS);
      }
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // of another machine, which has no name yet
    }
  }

  private static SocketOptions at(SocketOptions options, @Nullable String address)
      throws IOException {
    return address == null ? options : options.withAddress(InetAddress.getByName(address));
  }

  private byte[] secret() {
    String digits = variable(SECRET);
    Require.that(
        digits.length() % 2 == 0 && digits.matches("[0-9a-fA-F]+"),
        "%s must be hexadecimal digits, two a byte, but has %d characters",
        SECRET,
        digits.length()); // not the secret itself
    return HexFormat.of().parseHex(digits);
  }

  private int number(String name) {
    String value = variable(name);
    Require.that(value.matches("\\d{1,9}"), "%s must be a whole number but was '%s'", name, value);
    return Integer.parseInt(value);
  }

  private String variable(String name) {
    String value = optional(name);
    Require.that(value != null, "%s must be set but is not", name);
    return value;
  }

  private @Nullable String optional(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "rank " + variables.get(RANK);
  }
}
