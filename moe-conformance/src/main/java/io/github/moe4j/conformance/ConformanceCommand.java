package io.github.moe4j.conformance;

import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.conformance.family.Families;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
      "Compares the library with values recorded from reference implementations.",
      "Cases are inputs with recorded outputs and gradients; checkpoint folders hold a model and an expected.json.",
      "Prints one line per case: PASS, FAIL (largest error, position) or SKIP (reason), and a summary."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:no failures", "1:failures", "2:wrong usage", "130:interrupted"})
public final class ConformanceCommand implements Callable<Integer> {
  private final Watch.Source watches;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description =
          "Folder of reference cases, *.json, and of checkpoint folders at any depth; by default those shipped with the project.")
  private @Nullable Path directory;

  /** Called by picocli. The cases take seconds, and each has its line: nothing else is shown. */
  public ConformanceCommand() {
    this(Watch::quiet);
  }

  /** With a given watch. */
  ConformanceCommand(Watch.Source watches) {
    this.watches = watches;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec().commandLine().getOut();
    if (directory != null && !Files.isDirectory(directory)) {
      return wrongUsage("not a directory: " + directory);
    }
    Path given = directory;
    if (given != null) {
      List<CaseFile> files = CheckpointFolder.is(given) ? List.of() : CaseFile.in(given);
      List<CheckpointFolder> folders = CheckpointFolder.in(given);
      return files.isEmpty() && folders.isEmpty()
          ? wrongUsage("no *.json and no checkpoint folder in directory: " + given)
          : run(files, folders, out);
    }
    Path temporary = Files.createTempDirectory("moe4j-conformance");
    try {
      return run(BuiltInCases.all(), BuiltInCheckpoints.copyTo(temporary), out);
    } finally {
      TemporaryFolder.delete(temporary);
    }
  }

  private int run(List<CaseFile> files, List<CheckpointFolder> folders, PrintWriter out) {
    int all = files.size() + folders.size();
    try (Watch watch = watches.open("conformance", all, "cases", err())) {
      Consumer<CaseResult> listener = result -> {
        out.println(result.line());
        out.flush();
        watch.step(1);
      };
      List<CaseResult> cases = new ConformanceRunner(Families.all()).run(files, watch, listener);
      List<CaseResult> checkpoints = CheckpointRunner.run(folders, watch, listener);
      int done = cases.size() + checkpoints.size();
      if (done < all) {
        out.println(Watch.interrupted(done, all, "cases"));
      }
      Tally tally = Tally.of(cases, checkpoints);
      out.println(tally.line());
      out.flush();
      if (done < all) {
        return Interruption.EXIT_CODE;
      }
      return tally.failed() > 0 ? ExitCode.SOFTWARE : ExitCode.OK;
    }
  }

  private int wrongUsage(String message) {
    err().println(message);
    err().flush();
    return ExitCode.USAGE;
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("a command must be run by picocli");
    }
    return spec;
  }
}
