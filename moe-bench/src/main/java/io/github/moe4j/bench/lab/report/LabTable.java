package io.github.moe4j.bench.lab.report;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The comparison of a result's models as plain text, one line a model, at most 120 characters wide.
 * A dash stands where a figure does not apply or was not measured.
 */
public final class LabTable {

  private static final String GAP = "  ";
  private static final String NONE = "-";
  private static final int WIDTH = 120;
  private static final int MIN_NAME_WIDTH = 12;

  /** A column; its heading takes two lines. */
  private record Column(String first, String second, Function<ModelResult, String> cell) {}

  private static final List<Column> COLUMNS = List.of(
      new Column("val bits", "per byte", m -> number("%.4f", m.validationBitsPerByte())),
      new Column("tokens", "per s", m -> number("%,.0f", m.tokensPerSecond())),
      new Column("load", "CV", ofUse(u -> number("%.2f", u.loadCv()))),
      new Column("max/", "mean", ofUse(u -> number("%.2f", u.mostLoadedOverMean()))),
      new Column("dropped", "%", ofUse(u -> percent(u.droppedShare()))),
      new Column("entropy", "nats", ofUse(u -> number("%.2f", u.routingEntropy()))),
      new Column("idle", "experts", ofUse(u -> u.expertsWithoutTokens() + "/" + u.experts())),
      new Column("route", "%", ofMoe(StageShares::route)),
      new Column("dispatch", "%", ofMoe(StageShares::dispatch)),
      new Column("experts", "%", m -> percent(m.stages().experts())),
      new Column("combine", "%", ofMoe(StageShares::combine)));

  private LabTable() {}

  /**
   * Prints the table.
   *
   * @param result what to print; without models only the heading is printed
   * @param out where to; flushed, not closed
   */
  public static void print(LabResult result, Writer out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(line("", Column::first));
    lines.add(line("model", Column::second));
    for (ModelResult model : result.models()) {
      lines.add(line(model.name(), column -> column.cell().apply(model)));
    }
    int[] widths = new int[COLUMNS.size() + 1];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    int figures = Arrays.stream(widths, 1, widths.length)
        .map(width -> width + GAP.length())
        .sum();
    widths[0] = Math.min(widths[0], Math.max(MIN_NAME_WIDTH, WIDTH - figures));
    PrintWriter printer = new PrintWriter(out);
    for (int i = 0; i < lines.size(); i++) {
      printer.println(aligned(lines.get(i), widths));
      if (i == 1) {
        printer.println("-".repeat(aligned(lines.get(i), widths).length()));
      }
    }
    printer.flush();
  }

  private static List<String> line(String name, Function<Column, String> cell) {
    List<String> line = new ArrayList<>();
    line.add(name);
    COLUMNS.forEach(column -> line.add(cell.apply(column)));
    return line;
  }

  /** The name to the left, figures to the right. */
  private static String aligned(List<String> line, int[] widths) {
    String name = shortened(line.get(0), widths[0]);
    StringBuilder text = new StringBuilder(name).append(" ".repeat(widths[0] - name.length()));
    for (int i = 1; i < widths.length; i++) {
      String cell = line.get(i);
      text.append(GAP).append(" ".repeat(widths[i] - cell.length())).append(cell);
    }
    return text.toString();
  }

  private static Function<ModelResult, String> ofUse(Function<ExpertUse, String> cell) {
    return model -> {
      ExpertUse use = model.expertUse();
      return use == null ? NONE : cell.apply(use);
    };
  }

  /** Share of a stage that a dense model does not have. */
  private static Function<ModelResult, String> ofMoe(Function<StageShares, Double> share) {
    return model -> model.expertUse() == null ? NONE : percent(share.apply(model.stages()));
  }

  private static String shortened(String name, int width) {
    return name.length() <= width ? name : name.substring(0, width - 1) + "…";
  }

  private static String percent(double share) {
    return number("%.1f", share * 100);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }
}
