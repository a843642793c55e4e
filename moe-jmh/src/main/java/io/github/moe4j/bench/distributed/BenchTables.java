package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.plan.Network;
import io.github.moe4j.cli.Samples;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The tables of {@code distributed bench}, in Markdown. */
final class BenchTables {
  private static final List<String> OPERATIONS = List.of(
      TransferTime.MEMCPY, TransferTime.SOCKET, TransferTime.ALL_TO_ALL, TransferTime.ALL_REDUCE);

  private final BenchResult result;
  private final List<Long> sizes;

  BenchTables(BenchResult result) {
    this.result = result;
    this.sizes =
        result.transfers().stream().map(TransferTime::bytes).distinct().sorted().toList();
  }

  String all() {
    return transfers()
        + (result.layers().isEmpty() ? "" : "\n" + layers() + "\n" + split())
        + (result.lossSeconds().isEmpty() ? "" : "\n" + losses());
  }

  private String losses() {
    double[] seconds =
        result.lossSeconds().stream().mapToDouble(Double::doubleValue).toArray();
    return format(
        "One of three processes killed in the middle of exchanges: both others had their error after %.0f ms, median of %d"
            + " (%.0f to %.0f).%n",
        1e3 * Samples.median(seconds),
        seconds.length,
        1e3 * Samples.min(seconds),
        1e3 * Arrays.stream(seconds).max().orElseThrow());
  }

  private String transfers() {
    StringBuilder table = new StringBuilder(format("| %d processes |", result.ranks()));
    sizes.forEach(size -> table.append(" ").append(size(size)).append(" |"));
    table.append(" by a plain socket | CPU s/GB |\n|---|");
    sizes.forEach(size -> table.append("---:|"));
    table.append("---:|---:|\n");
    for (String operation : OPERATIONS) {
      if (time(operation, sizes.get(0)).isPresent()) {
        table.append(row(operation));
      }
    }
    return table.toString();
  }

  private String row(String operation) {
    StringBuilder row = new StringBuilder("| ").append(operation).append(" |");
    for (long size : sizes) {
      TransferTime time = time(operation, size).orElseThrow();
      row.append(format(" %.3f ms, %.2f GB/s |", 1e3 * time.seconds(), time.gigabytesPerSecond()));
    }
    long largest = sizes.get(sizes.size() - 1);
    TransferTime time = time(operation, largest).orElseThrow();
    String ratio = time(TransferTime.SOCKET, largest)
        .map(socket -> format("%.1f", time.seconds() / socket.seconds()))
        .orElse("–");
    return row.append(format(" %s | %.2f |%n", ratio, time.cpuSecondsPerGigabyte()))
        .toString();
  }

  private Optional<TransferTime> time(String operation, long size) {
    return result.transfers().stream()
        .filter(t -> t.operation().equals(operation) && t.bytes() == size)
        .findFirst();
  }

  private static String size(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  private String layers() {
    Optional<Network> network = result.network();
    StringBuilder table = new StringBuilder(format(
        "| layer | pass | one process, %1$d threads | %1$d processes, 1 thread each | throughput | predicted | deviation |%n",
        result.ranks()));
    table.append("|---|---|---:|---:|---:|---:|---:|\n");
    for (RankedLayerTime layer : result.layers()) {
      String predicted = network
          .map(layer::predicted)
          .map(seconds ->
              format("%.1f ms | %+.0f %%", 1e3 * seconds, 100 * (seconds / layer.seconds() - 1)))
          .orElse("– | –");
      table.append(format(
          "| %s | %s | %.1f ms | %.1f ms | %.2f | %s |%n",
          layer.shape().name(),
          pass(layer),
          1e3 * layer.oneProcessSeconds(),
          1e3 * layer.seconds(),
          layer.share(),
          predicted));
    }
    return table.toString();
  }

  private String split() {
    StringBuilder table = new StringBuilder("""
        | layer | pass | on the rank | exchange | wait for other ranks |
        |---|---|---:|---:|---:|
        """);
    for (RankedLayerTime layer : result.layers()) {
      double own = layer.seconds() - layer.exchangeSeconds() - layer.waitSeconds();
      table.append(format(
          "| %s | %s | %s | %s | %s |%n",
          layer.shape().name(),
          pass(layer),
          part(own, layer),
          part(layer.exchangeSeconds(), layer),
          part(layer.waitSeconds(), layer)));
    }
    return table.toString();
  }

  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }

  private static String pass(RankedLayerTime layer) {
    return layer.training() ? "training" : "forward";
  }

  private static String part(double seconds, RankedLayerTime layer) {
    return format("%.1f ms, %.0f %%", 1e3 * seconds, 100 * seconds / layer.seconds());
  }
}
