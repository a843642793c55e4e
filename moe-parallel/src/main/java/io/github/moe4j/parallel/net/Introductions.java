package io.github.moe4j.parallel.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Tells ranks the addresses of all, as {@link LauncherRendezvous} waits for. */
final class Introductions {
  private final List<Process> ranks;
  private final String[] addresses;

  /**
   * None has come yet.
   *
   * @param ranks by number
   */
  Introductions(List<Process> ranks) {
    this.ranks = ranks;
    this.addresses = new String[ranks.size()];
  }

  /** Takes a line that a rank printed if it is its address, and returns whether it was. */
  boolean take(int rank, String line) {
    if (!line.startsWith(LauncherRendezvous.MARK) || addresses[rank] != null) {
      return false;
    }
    addresses[rank] = line.substring(LauncherRendezvous.MARK.length());
    if (areComplete()) {
      ranks.forEach(this::tell);
    }
    return true;
  }

  /** Whether all ranks have come. */
  boolean areComplete() {
    return Arrays.stream(addresses).allMatch(Objects::nonNull);
  }

  private void tell(Process rank) {
    String line = String.join(LauncherRendezvous.SEPARATOR, addresses) + "\n";
    try {
      rank.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
      rank.getOutputStream().flush();
    } catch (IOException e) {
      // It has ended, which is an event of its own.
    }
  }
}
