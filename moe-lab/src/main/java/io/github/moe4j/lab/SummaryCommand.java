package io.github.moe4j.lab;

import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.SeedSpread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab summary}: held-out bits per byte of several finished runs as a Markdown table. */
@Command(
    name = "summary",
    description =
        "Prints the held-out bits per byte of one or several runs, one column per seed, as a Markdown"
            + " table with the mean and the difference to the first model.")
public final class SummaryCommand implements Callable<Integer> {
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
      line.getErr().println("summary: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }

  private static void print(List<LabResult> runs, PrintWriter out) {
    List<ModelResult> all = runs.stream().flatMap(run -> run.models().stream()).toList();
    List<String> models = all.stream().map(ModelResult::name).distinct().toList();
    List<Long> seeds = all.stream().map(ModelResult::seed).distinct().toList();
    row(out, "model", seeds.stream().map(seed -> "seed " + seed).toList(), "mean", "difference");
    row(out, "---", seeds.stream().map(seed -> "---:").toList(), "---:", "---:");
    double first = Double.NaN;
    for (String model : models) {
      double[] values =
          seeds.stream().mapToDouble(seed -> bitsPerByte(all, model, seed)).toArray();
      double mean = SeedSpread.of(values).mean();
      first = Double.isNaN(first) ? mean : first;
      row(
          out,
          model,
          Arrays.stream(values)
              .mapToObj(v -> String.format(Locale.ROOT, "%.4f", v))
              .toList(),
          String.format(Locale.ROOT, "%.4f", mean),
          String.format(Locale.ROOT, "%+.4f", mean - first));
    }
    out.flush();
  }

  private static double bitsPerByte(List<ModelResult> all, String model, long seed) {
    return all.stream()
        .filter(m -> m.name().equals(model) && m.seed() == seed)
        .mapToDouble(ModelResult::validationBitsPerByte)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static void row(
      PrintWriter out, String name, List<String> cells, String mean, String difference) {
    out.println("| "
        + name
        + " | "
        + cells.stream().collect(Collectors.joining(" | "))
        + " | "
        + mean
        + " | "
        + difference
        + " |");
  }
}
