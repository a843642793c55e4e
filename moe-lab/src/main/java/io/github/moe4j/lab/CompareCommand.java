package io.github.moe4j.lab;

import io.github.moe4j.lab.report.LabComparison;
import io.github.moe4j.lab.report.LabReport;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab compare}: two runs side by side. */
@Command(
    name = "compare",
    description =
        "Compares two finished runs: their options, and each metric of each model in both, with the"
            + " paired difference over common seeds.")
public final class CompareCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "Folder of a finished run.")
  private @Nullable Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Folder of another finished run.")
  private @Nullable Path b;

  /** Called by picocli. */
  public CompareCommand() {}

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try {
      LabComparison.print(
          LabReport.read(Objects.requireNonNull(a)),
          LabReport.read(Objects.requireNonNull(b)),
          line.getOut());
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      line.getErr().println("compare: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }
}
