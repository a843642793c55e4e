package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.plan.Network;
import java.util.List;
import java.util.Optional;

/**
 * What {@code distributed bench} measured.
 *
 * @param ranks N
 * @param transfers by size
 * @param layers layers over the ranks
 * @param lossSeconds from the death of a process until all others know of it, of several
 */
record BenchResult(
    int ranks,
    List<TransferTime> transfers,
    List<RankedLayerTime> layers,
    List<Double> lossSeconds) {
  BenchResult {
    transfers = List.copyOf(transfers);
    layers = List.copyOf(layers);
    lossSeconds = List.copyOf(lossSeconds);
  }

  /** The same with times of losses. */
  BenchResult withLosses(List<Double> seconds) {
    return new BenchResult(ranks, transfers, layers, seconds);
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
