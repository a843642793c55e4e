package io.github.moe4j.lab.report;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** The differences of a result's models to the first one as plain text, and which models are unfinished. */
public final class DifferenceTable {
  private static final String FORMAT = "%.4f";
  private static final String ROW = "%s  %18s  %32s  %5s%n";

  private DifferenceTable() {}

  /**
   * Prints a line for each model but the first; nothing for a result with a single finished model.
   *
   * @param result what to print
   * @param out the target; flushed, not closed
   */
  public static void print(LabResult result, Writer out) {
    PrintWriter printer = new PrintWriter(out);
    LabDifferences differences = LabDifferences.of(result);
    if (!differences.rows().isEmpty()) {
      print(differences, result.loss(), printer);
    }
    Map<ModelRun, String> unfinished = result.unfinished();
    if (!unfinished.isEmpty()) {
      printer.println();
      unfinished.forEach((run, progress) ->
          printer.println("* " + run + ": " + progress + "; not among the differences"));
    }
    printer.flush();
  }

  private static void print(LabDifferences differences, String loss, PrintWriter out) {
    String head = loss + " less that of " + differences.baseline();
    List<LabDifferences.Row> rows = differences.rows();
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    String name = "%-" + Math.max(width, head.length()) + "s";
    out.println();
    out.printf(ROW, name.formatted(head), "mean ± deviation", "95 % interval", "seeds");
    for (LabDifferences.Row row : rows) {
      PairedDifference difference = row.difference();
      out.printf(
          ROW,
          name.formatted(row.name()),
          difference.text(FORMAT),
          difference.interval(FORMAT),
          difference.seeds());
    }
    if (rows.stream().noneMatch(row -> row.difference().hasInterval())) {
      out.println("One seed: no interval. --seeds 1,2,3 trains each model with three.");
    }
  }
}
