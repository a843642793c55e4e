package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.scaling.MappedPart.Figures;
import io.github.moe4j.bench.scaling.MappedPart.Large;
import io.github.moe4j.bench.scaling.MappedPart.Opening;
import io.github.moe4j.bench.scaling.MappedPart.Row;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tables of {@link MappedPart}. */
final class MappedTable {
  private MappedTable() {}

  static String of(Figures figures) {
    return opening(figures.opening()) + decoding(figures) + large(figures.large());
  }

  private static String opening(Opening opening) {
    return format(
        """
        ### Mapped

        Opening a layer. Goals: below 100 ms and 50 MB.

        | shape | T, D, H, E, K | file, GB | first, ms | later, ms | MB |
        |---|---|---:|---:|---:|---:|
        | %s | %.2f | %.0f | %.1f | %s |

        """,
        opening.shape().cells(),
        opening.fileBytes() / 1e9,
        opening.firstMillis(),
        opening.millis(),
        megabytes(opening.kilobytes()));
  }

  private static String decoding(Figures figures) {
    StringBuilder table = new StringBuilder("""
        Decoding one token a pass, through all experts in turn; speedup over float32 in memory, with 95 % interval.

        | shape | T, D, H, E, K | weights | ms | tokens/s | over float32 |
        |---|---|---|---:|---:|---:|
        """);
    for (Row row : figures.decoding()) {
      table.append(format(
          "| %s | %s | %.2f | %.1f | %.2f [%.2f, %.2f] |\n",
          row.shape().cells(),
          row.weights(),
          row.millis(),
          1000 / row.millis(),
          row.speed().median(),
          row.speed().low(),
          row.speed().high()));
    }
    return table.append('\n').toString();
  }

  private static String large(Large large) {
    return format(
        """
        Decoding from a file larger than the memory of the machine; memory of the process after the first pass and after the
        last, its own and pages of the file.

        | shape | T, D, H, E, K | file, GB | passes | tokens/s | own MB, first | last | file MB, first | last |
        |---|---|---:|---:|---:|---:|---:|---:|---:|
        | %s | %.1f | %d | %.2f | %s | %s | %s | %s |""",
        large.shape().cells(),
        large.fileBytes() / 1e9,
        large.passes(),
        1000 / large.millis(),
        megabytes(large.first().anonymousKilobytes()),
        megabytes(large.last().anonymousKilobytes()),
        megabytes(large.first().fileKilobytes()),
        megabytes(large.last().fileKilobytes()));
  }

  private static String megabytes(@Nullable Long kilobytes) {
    return kilobytes == null ? "–" : format("%.0f", kilobytes * 1024 / 1e6);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
