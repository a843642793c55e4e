package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.plan.Network;
import java.util.List;

/**
 * What rank 0 of {@code distributed bench} measured.
 *
 * @param ranks N
 * @param transfers by size
 * @param layers layers over the ranks
 */
record BenchResult(int ranks, List<TransferTime> transfers, List<RankedLayerTime> layers) {
  BenchResult {
    transfers = List.copyOf(transfers);
    layers = List.copyOf(layers);
  }

  /**
   * Latency and bandwidth of the all-to-all, from its smallest and largest size.
   *
   * @throws IllegalStateException if it was measured at one size only
   */
  Network network() {
    List<TransferTime> all = transfers.stream()
        .filter(t -> t.operation().equals(TransferTime.ALL_TO_ALL))
        .toList();
    TransferTime small = all.get(0);
    TransferTime large = all.get(all.size() - 1);
    if (large.bytes() <= small.bytes() || large.seconds() <= small.seconds()) {
      throw new IllegalStateException("the all-to-all must be slower at a larger size but took "
          + small.seconds() + " s and " + large.seconds() + " s");
    }
    int others = Math.max(1, ranks - 1);
    double bytesPerSecond =
        others * (large.bytes() - small.bytes()) / (large.seconds() - small.seconds());
    double latency = small.seconds() - others * small.bytes() / bytesPerSecond;
    return new Network(bytesPerSecond, Math.max(0, latency));
  }
}
