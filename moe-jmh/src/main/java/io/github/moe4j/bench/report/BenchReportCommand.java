package io.github.moe4j.bench.report;

import io.github.moe4j.cli.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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

/** {@code bench-report FILE…}: the figures of benchmarks as one page with charts. */
@Command(
    name = "bench-report",
    sortOptions = false,
    description =
        "Makes one self-contained HTML page with charts and sortable tables from results of JMH"
            + " benchmarks and of the command peers. Several results of the same benchmarks are"
            + " compared with the first.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or file"})
public final class BenchReportCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "JSON results of jmh -rf json -rff FILE or peers --json FILE.")
  private List<Path> files = List.of();

  @Option(names = "--out", paramLabel = "FILE", description = "Output file (${DEFAULT-VALUE}).")
  private Path out = Path.of("bench-report.html");

  @Option(names = "--force", description = "Overwrite an existing page.")
  private boolean force;

  /** Called by picocli. */
  public BenchReportCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    BenchData data;
    try {
      BenchReport.requireUsable(out, files, force);
      data = BenchData.of(ResultFile.readAll(files));
    } catch (IllegalArgumentException e) {
      Failure.print(line.getErr(), "bench-report", e);
      return ExitCode.USAGE;
    }
    BenchReport.write(data, out);
    line.getOut().println("report: " + out);
    return ExitCode.OK;
  }
}
