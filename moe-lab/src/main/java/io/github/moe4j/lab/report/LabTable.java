package io.github.moe4j.lab.report;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The comparison of a result's models as plain text, one line a model, at most 132 characters wide.
 * A dash means that a figure does not apply or was not measured.
 */
public final class LabTable {

  private static final String GAP = "  ";
  private static final String NONE = "-";
  private static final int WIDTH = 132;
  private static final int MIN_NAME_WIDTH = 12;

  /** A column of a model's figures over its seeds; its heading takes two lines. */
  private record Column(String first, String second, Function<List<ModelResult>, String> cell) {}

  private static final List<Column> COLUMNS = List.of(
      column("tokens", "per s", "%,.0f", ModelResult::tokensPerSecond),
      column("load", "CV", "%.2f", m -> m.ofUse(ExpertUse::loadCv)),
      column("max/", "mean", "%.2f", m -> m.ofUse(ExpertUse::mostLoadedOverMean)),
      column("dropped", "%", "%.1f", m -> m.ofUse(u -> 100 * u.droppedShare())),
      column("entropy", "nats", "%.2f", m -> m.ofUse(ExpertUse::routingEntropy)),
      new Column("idle", "experts", LabTable::idle),
      column("route", "%", "%.1f", ofMoe(StageShares::route)),
      column("dispatch", "%", "%.1f", ofMoe(StageShares::dispatch)),
      column("experts", "%", "%.1f", m -> 100 * m.stages().experts()),
      column("combine", "%", "%.1f", ofMoe(StageShares::combine)));

  private static final Column DEVIATION = new Column("±", "seeds", LabTable::deviation);

  private LabTable() {}

  /**
   * Prints the table: of several seeds the mean, with the standard deviation of the first figure. A model
   * with unfinished training is marked with a star, which {@link DifferenceTable} explains.
   *
   * @param result what to print; without models only the heading is printed
   * @param out the target; flushed, not closed
   */
  public static void print(LabResult result, Writer out) {
    Map<String, List<ModelResult>> models = result.byName();
    List<Column> columns = new ArrayList<>(COLUMNS);
    columns.add(0, loss(result.loss()));
    if (models.values().stream().anyMatch(seeds -> seeds.size() > 1)) {
      columns.add(1, DEVIATION);
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(line("", columns, Column::first));
    lines.add(line("model", columns, Column::second));
    models.forEach((name, seeds) -> {
      boolean unfinished =
          seeds.stream().anyMatch(model -> !result.unfinished(model).isEmpty());
      lines.add(
          line((unfinished ? "* " : "") + name, columns, column -> column.cell().apply(seeds)));
    });
    int[] widths = new int[columns.size() + 1];
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

  /** The first word of the loss in the first line, the rest in the second. */
  private static Column loss(String name) {
    String[] words = name.strip().split("\\s+", 2);
    return words.length == 1
        ? column("val", words[0], "%.4f", ModelResult::validationLoss)
        : column("val " + words[0], words[1], "%.4f", ModelResult::validationLoss);
  }

  private static List<String> line(
      String name, List<Column> columns, Function<Column, String> cell) {
    List<String> line = new ArrayList<>();
    line.add(name);
    columns.forEach(column -> line.add(cell.apply(column)));
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

  private static Column column(
      String first, String second, String format, ToDoubleFunction<ModelResult> figure) {
    return new Column(
        first, second, seeds -> number(format, spread(seeds, figure).mean()));
  }

  private static SeedSpread spread(List<ModelResult> seeds, ToDoubleFunction<ModelResult> figure) {
    return SeedSpread.of(seeds.stream().mapToDouble(figure).toArray());
  }

  private static String deviation(List<ModelResult> seeds) {
    return number("%.4f", spread(seeds, ModelResult::validationLoss).deviation());
  }

  /** The largest number with any seed. */
  private static String idle(List<ModelResult> seeds) {
    return seeds.stream()
        .map(ModelResult::expertUse)
        .filter(Objects::nonNull)
        .max(Comparator.comparingInt(ExpertUse::expertsWithoutTokens))
        .map(use -> use.expertsWithoutTokens() + "/" + use.experts())
        .orElse(NONE);
  }

  /** Share of a stage that a dense model does not have, in percent. */
  private static ToDoubleFunction<ModelResult> ofMoe(ToDoubleFunction<StageShares> share) {
    return model ->
        model.expertUse() == null ? Double.NaN : 100 * share.applyAsDouble(model.stages());
  }

  private static String shortened(String name, int width) {
    return name.length() <= width ? name : name.substring(0, width - 1) + "…";
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }
}
