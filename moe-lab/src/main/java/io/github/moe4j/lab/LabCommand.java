package io.github.moe4j.lab;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.ShellWord;
import io.github.moe4j.lab.report.DifferenceTable;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.LabTable;
import io.github.moe4j.lab.report.RankTable;
import io.github.moe4j.lab.variant.VariantList;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
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
    subcommands = {
      ExpertScalingCommand.class,
      SummaryCommand.class,
      CompareCommand.class,
      TraceCommand.class
    },
    description =
        "Trains the same byte-level language model with each router on real text, prints a table"
            + " and writes an HTML report.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or text", "130:interrupted"})
public final class LabCommand implements Callable<Integer> {
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

  @Mixin
  private OutputOptions output = new OutputOptions();

  @Option(
      names = "--trace",
      description =
          "Also record routing decisions on held-out text, one file per model; see lab trace.")
  private boolean trace;

  /** Called by picocli. */
  public LabCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    if (list) {
      VariantList.print(line.getOut());
      return CommandLine.ExitCode.OK;
    }
    Path folder;
    FileOptions options;
    LabRun inOneProcess = null;
    RankRun overRanks = null;
    try {
      folder = output.folder();
      options = FileOptions.of(line, file(folder));
      options.into(run);
      Experiment experiment = run.experiment();
      RunFiles files = output.files(folder, trace);
      if (run.ranks().areSet()) {
        overRanks = new RankRun(experiment, files, output.resumes());
        overRanks.prepare();
      } else {
        inOneProcess =
            output.resumes() ? LabRun.resume(files, experiment) : LabRun.start(files, experiment);
      }
    } catch (IllegalArgumentException | IOException e) {
      Failure.print(line.getErr(), "lab", e);
      return CommandLine.ExitCode.USAGE;
    }
    if (overRanks == null) {
      return print(Objects.requireNonNull(inOneProcess).run(line.getErr()), folder, line.getOut());
    }
    try {
      Optional<LabResult> result = overRanks.run(run.ranks(), options.arguments(), line.getErr());
      return result.isEmpty() ? Interruption.EXIT_CODE : print(result.get(), folder, line.getOut());
    } catch (IOException e) {
      Failure.print(line.getErr(), "lab", e);
      if (overRanks.isResumable()) {
        line.getErr().println("resume: lab --resume " + ShellWord.of(folder));
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** The file with more options, if there is one. */
  private @Nullable Path file(Path folder) {
    if (output.resumes() && config != null) {
      throw new IllegalArgumentException("--resume and --config are mutually exclusive");
    }
    return output.resumes() ? folder.resolve(LabReport.DATA) : config;
  }

  private static int print(LabResult result, Path folder, PrintWriter terminal) {
    LabTable.print(result, terminal);
    DifferenceTable.print(result, terminal);
    RankTable.print(result, terminal);
    terminal.println();
    Path page = folder.resolve(LabReport.PAGE);
    terminal.println((result.complete() ? "report: " : "partial report: ") + page);
    terminal.println(
        result.complete()
            ? "again:  " + again(result)
            : "resume: lab --resume " + ShellWord.of(folder));
    String ranks = result.environment().get(RankFolder.RANKS_IN_TURN);
    if (result.complete() && ranks != null) {
      terminal.println("        gives other numbers: this run was over " + ranks + " ranks");
    }
    terminal.flush();
    return result.complete() ? CommandLine.ExitCode.OK : Interruption.EXIT_CODE;
  }

  /** The command that repeats a run. */
  private static String again(LabResult result) {
    StringBuilder command = new StringBuilder("lab");
    result
        .configuration()
        .forEach((name, value) ->
            command.append(" --").append(name).append(' ').append(ShellWord.of(value)));
    return command.toString();
  }
}
