package io.github.moe4j.bench.scaling;

import io.github.moe4j.cli.MedianInterval;
import java.util.List;
import java.util.Locale;

/** Tables of the overhead of observability. */
final class ObservabilityTable {
  private ObservabilityTable() {}

  private static final String HEAD = """
      ### Observability

      Forward; overhead over the baseline in per cent, with 95 % interval. Goal: with events on below 1.

      | shape | T, D, H, E, K | rounds | baseline ms | events on | listener | baseline again |
      |---|---|---:|---:|---:|---:|---:|
      """;

  private static final String ALONE = """

      The events of a pass alone, as share of the pass in per cent.

      | shape | ns, off | share, off | ns, on | share, on |
      |---|---:|---:|---:|---:|
      """;

  static String of(List<ObservabilityPart.Row> rows) {
    StringBuilder table = new StringBuilder(HEAD);
    for (ObservabilityPart.Row row : rows) {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %d | %.3f | %s | %s | %s |\n",
          row.shape().cells(),
          row.rounds(),
          row.millis(),
          longer(row.recording()),
          longer(row.listener()),
          longer(row.again())));
    }
    table.append(ALONE);
    for (ObservabilityPart.Row row : rows) {
      table.append(String.format(
          Locale.ROOT,
          "| %s | %.1f | %.5f | %.0f | %.3f |\n",
          row.shape().name(),
          row.nanosOff(),
          share(row.nanosOff(), row),
          row.nanosOn(),
          share(row.nanosOn(), row)));
    }
    return table.toString().stripTrailing();
  }

  private static String longer(MedianInterval ratio) {
    return String.format(
        Locale.ROOT,
        "%+.2f [%+.2f, %+.2f]",
        100 * (ratio.median() - 1),
        100 * (ratio.low() - 1),
        100 * (ratio.high() - 1));
  }

  private static double share(double nanos, ObservabilityPart.Row row) {
    return nanos / 1e4 / row.millis();
  }
}
