package io.github.moe4j.bench.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A soak as Markdown. */
final class SoakTable {
  /** So many points at most; of more, evenly spread ones are shown. */
  private static final int ROWS = 12;

  private static final String HEAD = """
      | minutes | units of work | heap after collection, MB | JVM besides heap, MB | process, MB |
      |---:|---:|---:|---:|---:|
      """;

  private SoakTable() {}

  static String of(Soak.Result result) {
    StringBuilder table = new StringBuilder(HEAD);
    List<SoakPoint> points = result.points();
    int rows = Math.min(ROWS, points.size());
    for (int row = 1; row <= rows; row++) {
      SoakPoint point = points.get((int) ((long) points.size() * row / rows) - 1);
      table.append(String.format(
          Locale.ROOT,
          "| %.1f | %,d | %s | %s | %s |%n",
          point.seconds() / 60.0,
          point.units(),
          megabytes(point.heapKilobytes()),
          megabytes(point.jvmKilobytes()),
          megabytes(point.processKilobytes())));
    }
    table.append(
        "\nGrowth from the second to the last third: heap %s, JVM besides heap %s, process %s. "
            .formatted(
                growth(points, SoakPoint::heapKilobytes),
                growth(points, SoakPoint::jvmKilobytes),
                growth(points, SoakPoint::processKilobytes)));
    table.append(
        result.changed().isEmpty()
            ? "All bits are those of the first runs.\n"
            : "Changed bits: " + String.join("; ", result.changed()) + ".\n");
    table.append("\n| work | times |\n|---|---:|\n");
    result
        .runs()
        .forEach(
            (task, runs) -> table.append(String.format(Locale.ROOT, "| %s | %,d |%n", task, runs)));
    return table.toString().replace("\r", "").stripTrailing();
  }

  private static String growth(List<SoakPoint> points, Function<SoakPoint, @Nullable Long> kind) {
    Growth growth = Growth.of(points, kind);
    return growth == null
        ? "unknown"
        : String.format(Locale.ROOT, "%+.2f %%", 100 * growth.share());
  }

  private static String megabytes(@Nullable Long kilobytes) {
    return kilobytes == null ? "unknown" : String.format(Locale.ROOT, "%.1f", kilobytes / 1024.0);
  }
}
