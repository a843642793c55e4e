package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.scaling.SteadyPart.GarbageRow;
import java.util.Locale;

/** The figures of {@link SteadyPart} as Markdown. */
final class SteadyTable {
  private static final String MEMORY = """
      ### Steady memory

      Shape %s: D %d, H %d, E %d, K %d; forward, T uniform in 1–%d.

      | after calls | resident MB | JavaCPP KB | JavaCPP objects |
      |---:|---:|---:|---:|
      """;

  private static final String GARBAGE = """

      Java garbage, forward. Goal: at most 256 KB per call with inference.

      | shape | T, D, H, E, K | calls | evaluation, KB per call | inference, KB per call |
      |---|---|---:|---:|---:|
      """;

  private SteadyTable() {}

  static String of(LayerShape shape, SteadyPart.Figures figures) {
    StringBuilder table = new StringBuilder(MEMORY.formatted(
        shape.name(), shape.width(), shape.hidden(), shape.experts(), shape.k(), shape.tokens()));
    for (MemoryPoint point : figures.memory()) {
      Long resident = point.residentKilobytes();
      table.append(String.format(
          Locale.ROOT,
          "| %d | %s | %.0f | %d |\n",
          point.calls(),
          resident == null ? "unknown" : String.format(Locale.ROOT, "%.0f", resident / 1024.0),
          point.javacppBytes() / 1024.0,
          point.javacppObjects()));
    }
    table.append(GARBAGE);
    figures.garbage().forEach(row -> table.append(row(row)));
    return table.toString().stripTrailing();
  }

  private static String row(GarbageRow row) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %s |\n",
        row.shape().cells(),
        row.calls(),
        kilobytes(row.kilobytes()),
        kilobytes(row.inferenceKilobytes()));
  }

  private static String kilobytes(double number) {
    return Double.isNaN(number) ? "unknown" : String.format(Locale.ROOT, "%.1f", number);
  }
}
