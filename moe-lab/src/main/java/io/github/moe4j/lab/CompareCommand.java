package io.github.moe4j.lab;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.Version;
import io.github.moe4j.lab.report.ComparisonPage;
import io.github.moe4j.lab.report.ComparisonText;
import io.github.moe4j.lab.report.LabComparison;
import io.github.moe4j.lab.report.LabReport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab compare}: two runs side by side. */
@Command(
    name = "compare",
    description =
        "Compares two finished runs: their options, and each metric of each model in both, with the"
            + " difference paired by seed and its 95 %% interval. With --out also as a page with charts.")
public final class CompareCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "Folder of a finished run.")
  private @Nullable Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Folder of another finished run.")
  private @Nullable Path b;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Write " + ComparisonPage.PAGE + " into this folder.")
  private @Nullable Path out;

  @Option(names = "--force", description = "Overwrite an existing page.")
  private boolean force;

  /** Called by picocli. */
  public CompareCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try {
      LabComparison comparison = LabComparison.of(
          LabReport.read(Objects.requireNonNull(a)), LabReport.read(Objects.requireNonNull(b)));
      Path page =
          out == null ? null : ComparisonPage.write(comparison, Version.number(), out, force);
      ComparisonText.print(comparison, line.getOut());
      if (page != null) {
        line.getOut().println();
        line.getOut().println("page: " + page);
        line.getOut().flush();
      }
      return ExitCode.OK;
    } catch (IllegalArgumentException | FileAlreadyExistsException e) {
      Failure.print(line.getErr(), "compare", e);
      return ExitCode.USAGE;
    }
  }
}
