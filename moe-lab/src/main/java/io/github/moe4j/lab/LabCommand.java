package io.github.moe4j.lab;

import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.lab.report.DifferenceTable;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.LabTable;
import io.github.moe4j.lab.variant.VariantList;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab}: trains the same small language model with each router and compares them. */
@Command(
    name = "lab",
    sortOptions = false,
    subcommands = {SummaryCommand.class, CompareCommand.class, TraceCommand.class},
    description =
        "Trains the same byte-level language model with each router on real text, prints a table"
            + " and writes an HTML report.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or text", "130:interrupted"})
public final class LabCommand implements Callable<Integer> {
  private static final Path DEFAULT_FOLDER = Path.of("lab-report");

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--list", description = "List all models and parts, and exit.")
  private boolean list;

  @Mixin
  private RunOptions run = new RunOptions();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Read options from a file: YAML or properties with the names of these options, or a run's"
              + " result.json to reproduce it. Command-line options take precedence.")
  private @Nullable Path config;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Folder of the report. Default: lab-report, or lab-report-2 and so on.")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "FOLDER",
      description = "Resume the run in the folder of --out or lab-report, with its options.")
  private @Nullable Path resume;

  @Option(
      names = "--trace",
      description =
          "Also record routing decisions on held-out text, one file per model; see lab trace.")
  private boolean trace;

  @Option(names = "--force", description = "Overwrite an existing report.")
  private boolean force;

  /** Called by picocli. */
  public LabCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    if (list) {
      VariantList.print(line.getOut());
      return CommandLine.ExitCode.OK;
    }
    Experiment experiment;
    LabFolder store;
    Path folder;
    try {
      folder = folder();
      FileOptions.of(line, file(folder)).into(run);
      experiment = run.experiment();
      if (resume != null) {
        LabResult before = LabReport.read(folder);
        requireSame(before.configuration(), experiment.configuration());
        Map<String, String> text = experiment.text(experiment.split());
        requireSame(text.keySet(), before.environment(), text);
        store = LabFolder.resume(folder, experiment, trace);
      } else {
        store = LabFolder.start(folder, experiment, trace);
      }
    } catch (IllegalArgumentException | IOException e) {
      line.getErr().println("lab: " + message(e));
      return CommandLine.ExitCode.USAGE;
    }
    return run(experiment, store, folder, line);
  }

  /** The file with more options, if there is one. */
  private @Nullable Path file(Path folder) {
    if (resume != null && config != null) {
      throw new IllegalArgumentException("--resume and --config are mutually exclusive");
    }
    return resume == null ? config : folder.resolve(LabReport.DATA);
  }

  private static void requireSame(Map<String, String> before, Map<String, String> now) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(now.keySet());
    requireSame(names, before, now);
  }

  /** Else the models of one report would not be comparable. */
  private static void requireSame(
      Set<String> names, Map<String, String> before, Map<String, String> now) {
    for (String name : names) {
      String was = before.getOrDefault(name, "not set");
      String is = now.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new IllegalArgumentException(
            "%s must be %s as in the run to resume but was %s".formatted(name, was, is));
      }
    }
  }

  private int run(Experiment experiment, LabFolder store, Path folder, CommandLine line)
      throws IOException {
    PrintWriter terminal = line.getOut();
    long steps = (long) experiment.options().steps() * experiment.runs();
    try (Watch watch = Watch.open("lab", steps, "steps", line.getErr())) {
      LabResult result = Lab.run(experiment, store, watch, watch.progress());
      watch.progress().close();
      LabTable.print(result, terminal);
      DifferenceTable.print(result, terminal);
      terminal.println();
      Path page = folder.resolve(LabReport.PAGE);
      terminal.println((result.complete() ? "report: " : "partial report: ") + page);
      terminal.println(
          result.complete() ? "again:  " + again(result) : "resume: lab --resume " + folder);
      terminal.flush();
      return result.complete() ? CommandLine.ExitCode.OK : Interruption.EXIT_CODE;
    }
  }

  /** The command that repeats a run. */
  private static String again(LabResult result) {
    StringBuilder command = new StringBuilder("lab");
    result
        .configuration()
        .forEach((name, value) -> command.append(" --").append(name).append(' ').append(value));
    return command.toString();
  }

  private Path folder() throws IOException {
    if (resume != null) {
      Path named = resume.toString().isEmpty() ? null : resume;
      Path folder = named != null ? named : out != null ? out : DEFAULT_FOLDER;
      if (!Files.exists(folder.resolve(LabReport.DATA))) {
        throw new IllegalArgumentException(folder + " holds no run to resume");
      }
      return folder;
    }
    if (out != null) {
      if (!force) {
        LabReport.requireFree(out);
      }
      return out;
    }
    Path folder = DEFAULT_FOLDER;
    for (int i = 2; !force && Files.exists(folder); i++) {
      folder = Path.of(DEFAULT_FOLDER + "-" + i);
    }
    return folder;
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
