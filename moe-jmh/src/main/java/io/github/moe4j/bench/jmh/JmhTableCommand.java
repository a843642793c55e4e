package io.github.moe4j.bench.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.cli.JsonFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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

/** {@code jmh-table FILE}: times and garbage of the stages as a table. */
@Command(
    name = "jmh-table",
    description =
        "Prints a Markdown table of time and garbage by shape and load from the JSON result of JMH's"
            + " StageBenchmark and MoeLayerBenchmark, run with -prof gc.")
public final class JmhTableCommand implements Callable<Integer> {
  private static final String PART = "stages";

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "JSON result of jmh … -prof gc -rf json -rff FILE.")
  private @Nullable Path file;

  @Option(
      names = "--docs",
      hidden = true,
      paramLabel = "PAGE",
      description = "Write the table into this page, between its markers.")
  private @Nullable Path docs;

  /** Called by picocli. */
  public JmhTableCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try {
      String table = table(Objects.requireNonNull(file));
      if (docs != null) {
        GeneratedPart.replace(docs, PART, table);
      }
      line.getOut().println(table);
      return ExitCode.OK;
    } catch (NoSuchFileException e) {
      line.getErr().println("jmh-table: no such file: " + e.getFile());
    } catch (IllegalArgumentException | FileSystemException e) {
      Failure.print(line.getErr(), "jmh-table", e);
    }
    return ExitCode.USAGE;
  }

  private static String table(Path file) throws IOException {
    JsonNode runs = JsonFile.read(file);
    try {
      return StageTable.of(runs);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }
}
