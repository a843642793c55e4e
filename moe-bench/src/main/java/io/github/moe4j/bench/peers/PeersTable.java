package io.github.moe4j.bench.peers;

import java.util.List;
import java.util.Locale;

/** The measured times as a Markdown table. */
final class PeersTable {
  private static final String HEAD = """
      | shape | T, D, H, E, K | pass | system | median ms | min ms | spread | GFLOP/s | ratio |
      |---|---|---|---|---:|---:|---:|---:|---:|
      """;

  private PeersTable() {}

  static String of(List<PeerTime> times) {
    StringBuilder table = new StringBuilder(HEAD);
    for (PeerTime time : times) {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %s | %s | %.2f | %.2f | %.0f %% | %.0f | %.2f |\n",
          time.shape().cells(),
          time.pass(),
          time.system(),
          time.medianMillis(),
          time.minMillis(),
          time.spreadPercent(),
          time.gflops(),
          time.ratio()));
    }
    return table.toString().stripTrailing();
  }
}
