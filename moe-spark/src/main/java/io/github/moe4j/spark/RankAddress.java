package io.github.moe4j.spark;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The address of this machine on which a rank listens, and at which the others reach it. */
final class RankAddress {
  private RankAddress() {}

  /**
   * Finds it.
   *
   * @param interfaceName null for the address by which Spark knows the executor
   * @param addresses host and port of all executors, by rank
   * @throws IOException if there is none, or none that the others reach
   */
  static InetAddress find(@Nullable String interfaceName, String[] addresses, int rank)
      throws IOException {
    if (interfaceName != null) {
      return ofInterface(interfaceName);
    }
    InetAddress address = InetAddress.getByName(host(addresses[rank]));
    boolean isAlone = Arrays.stream(addresses).map(RankAddress::host).distinct().count() == 1;
    if (address.isLoopbackAddress() && !isAlone) {
      throw new IOException(
          "the host name %s of rank %d must be that of an address which other machines reach but is of %s: name a network"
                  .formatted(host(addresses[rank]), rank, address.getHostAddress())
              + " interface by SparkOptions.withInterface, or set SPARK_LOCAL_IP");
    }
    return address;
  }

  /** Without the port, and without the brackets of an IPv6 address. */
  static String host(String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? address : address.substring(0, colon);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static InetAddress ofInterface(String name) throws IOException {
    NetworkInterface found = NetworkInterface.getByName(name);
    List<InetAddress> addresses = found == null
        ? List.of()
        : found
            .inetAddresses()
            .filter(address -> !address.isLinkLocalAddress())
            .sorted(Comparator.comparing(address -> !(address instanceof Inet4Address)))
            .toList();
    if (addresses.isEmpty()) {
      throw new IOException(
          "network interface must be one of this machine with an address, that is of %s, but was %s"
              .formatted(
                  NetworkInterface.networkInterfaces()
                      .filter(one -> one.inetAddresses().findAny().isPresent())
                      .map(NetworkInterface::getName)
                      .sorted()
                      .collect(Collectors.joining(", ")),
                  name));
    }
    return addresses.get(0);
  }
}
