package io.github.moe4j.lab;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.PairedDifference;
import io.github.moe4j.lab.report.SeedSpread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab summary}: held-out loss of several finished runs as a Markdown table. */
@Command(
    name = "summary",
    description =
        "Prints the held-out loss, such as bits per byte, of one or several runs, one column per seed, as a"
            + " Markdown table with the mean ± sample standard deviation, the difference to the first model paired by"
            + " seed, and its 95 %% interval.")
public final class SummaryCommand implements Callable<Integer> {
  private static final String FORMAT = "%.4f";

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Folders of finished runs.")
  private List<Path> folders = List.of();

  @Override
  public Integer call() {
    var line = java.util.Objects.requireNonNull(spec).commandLine();
    try {
      print(folders.stream().map(LabReport::read).toList(), line.getOut());
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      Failure.print(line.getErr(), "summary", e);
      return ExitCode.USAGE;
    }
  }

  private static void print(List<LabResult> runs, PrintWriter out) {
    List<String> losses = runs.stream().map(LabResult::loss).distinct().toList();
    if (losses.size() > 1) {
      throw new IllegalArgumentException("the runs must measure one loss but have " + losses);
    }
    List<ModelResult> all =
        runs.stream().flatMap(run -> run.finishedModels().stream()).toList();
    List<String> models = all.stream().map(ModelResult::name).distinct().toList();
    List<Long> seeds = all.stream().map(ModelResult::seed).distinct().toList();
    List<String> heads = new ArrayList<>(List.of("model"));
    seeds.forEach(seed -> heads.add("seed " + seed));
    heads.addAll(List.of("mean", "difference", "95 % interval"));
    row(out, heads);
    row(out, heads.stream().map(head -> head.equals("model") ? "---" : "---:").toList());
    double[] first = {};
    for (String model : models) {
      double[] values =
          seeds.stream().mapToDouble(seed -> validationLoss(all, model, seed)).toArray();
      boolean isFirst = model.equals(models.get(0));
      first = isFirst ? values : first;
      PairedDifference difference = PairedDifference.of(first, values);
      List<String> cells = new ArrayList<>(List.of(model));
      Arrays.stream(values).forEach(value -> cells.add(number(value)));
      cells.add(SeedSpread.of(values).text(FORMAT));
      cells.add(isFirst ? "" : difference.text(FORMAT));
      cells.add(isFirst ? "" : difference.interval(FORMAT));
      row(out, cells);
    }
    if (seeds.size() == 1) {
      out.println();
      out.println("One seed: differences have no interval.");
    }
    out.flush();
  }

  private static double validationLoss(List<ModelResult> all, String model, long seed) {
    return all.stream()
        .filter(m -> m.name().equals(model) && m.seed() == seed)
        .mapToDouble(ModelResult::validationLoss)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, FORMAT, value) : "-";
  }

  private static void row(PrintWriter out, List<String> cells) {
    out.println("| " + String.join(" | ", cells) + " |");
  }
}
