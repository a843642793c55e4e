package io.github.moe4j.lab.report;

import io.github.moe4j.core.internal.Shown;
import java.io.PrintWriter;

/** A comparison as plain text: the settings that differ, and a table for each model. */
public final class ComparisonText {
  private static final String ROW = "%-26s %18s %18s %20s %5s  %s%n";

  private ComparisonText() {}

  private static String shown(Object value) {
    return Shown.of(String.valueOf(value));
  }

  /** Prints and flushes. */
  public static void print(LabComparison comparison, PrintWriter out) {
    if (comparison.settings().isEmpty()) {
      out.println("A and B have the same options.");
    }
    comparison
        .settings()
        .forEach(
            s -> out.printf("%s: A %s, B %s%n", Shown.of(s.name()), shown(s.a()), shown(s.b())));
    comparison.unfinished().forEach(run -> out.println("Not compared, unfinished: " + run));
    for (LabComparison.Pair pair : comparison.models()) {
      out.println();
      out.printf(ROW, pair.name(), "A", "B", "B - A", "seeds", "95 % interval");
      for (LabComparison.Row row : pair.rows()) {
        PairedDifference difference = row.difference();
        out.printf(
            ROW,
            "  " + row.name(),
            row.a().text(row.format()),
            row.b().text(row.format()),
            difference.text(row.format()),
            difference.seeds(),
            difference.interval(row.format()));
      }
    }
    if (!comparison.hasInterval()) {
      out.println();
      out.println("No interval: it takes two seeds that A and B have in common.");
    }
    out.flush();
  }
}
