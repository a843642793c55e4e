package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.plan.Network;
import java.util.List;
import java.util.Optional;

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
   * Latency and bandwidth of the all-to-all, from its smallest and largest size; empty if the larger one was not
   * slower.
   */
  Optional<Network> network() {
    List<TransferTime> all = transfers.stream()
        .filter(t -> t.operation().equals(TransferTime.ALL_TO_ALL))
        .toList();
    TransferTime small = all.get(0);
    TransferTime large = all.get(all.size() - 1);
    if (large.bytes() <= small.bytes() || large.seconds() <= small.seconds()) {
      return Optional.empty();
    }
    int others = ranks - 1;
    double bytesPerSecond =
        others * (large.bytes() - small.bytes()) / (large.seconds() - small.seconds());
    double latency = small.seconds() - others * small.bytes() / bytesPerSecond;
    return Optional.of(new Network(bytesPerSecond, Math.max(0, latency)));
  }
}
