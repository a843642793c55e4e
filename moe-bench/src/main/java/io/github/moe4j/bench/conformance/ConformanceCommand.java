package io.github.moe4j.bench.conformance;

import io.github.moe4j.bench.conformance.family.Families;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code conformance [DIR]}. */
@Command(
    name = "conformance",
    description = {
      "Compares the library with numbers that well-known code produced.",
      "One line a case: PASS, FAIL (worst error, where) or SKIP (why); the last line counts them."
    })
public final class ConformanceCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Folder of reference cases, *.json; those shipped with the project if absent.")
  private @Nullable Path directory;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec().commandLine().getOut();
    if (directory != null && !Files.isDirectory(directory)) {
      return wrongUsage("not a directory: " + directory);
    }
    List<CaseFile> files = directory == null ? BuiltInCases.all() : CaseFile.in(directory);
    if (files.isEmpty()) {
      return wrongUsage("no *.json in directory: " + directory);
    }
    List<CaseResult> results = new ConformanceRunner(Families.all()).run(files, result -> {
      out.println(result.line());
      out.flush();
    });
    Tally tally = Tally.of(results);
    out.println(tally.line());
    out.flush();
    return tally.failed() > 0 ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private int wrongUsage(String message) {
    spec().commandLine().getErr().println(message);
    spec().commandLine().getErr().flush();
    return ExitCode.USAGE;
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("a command must be run by picocli");
    }
    return spec;
  }
}
