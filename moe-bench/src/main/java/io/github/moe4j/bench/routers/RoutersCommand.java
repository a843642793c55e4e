package io.github.moe4j.bench.routers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists all routers, writes their table and pictures for the docs, or prints their times. */
@Command(
    name = "routers",
    description = "List all routers; or write their table and pictures, or print measured times.")
public final class RoutersCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  @Option(
      names = "--docs",
      paramLabel = "DIR",
      description = "Write routers.md and routers/images/*.svg into this folder.")
  private @Nullable Path docs;

  @Option(
      names = "--times",
      paramLabel = "FILE",
      description = "Print tables from the JSON result of JMH's RouterBenchmark.")
  private @Nullable Path times;

  /** Called by picocli. */
  public RoutersCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Path folder = docs;
    if (folder != null) {
      out.println(RouterDocs.write(folder) + " files written below " + folder);
      return ExitCode.OK;
    }
    Path result = times;
    if (result != null) {
      out.println("Deciding, ns per token (ratio to top-k)\n");
      out.println(RouterTimes.table(result, "route"));
      out.println("Deciding and pulling back, ns per token (ratio to top-k)\n");
      out.println(RouterTimes.table(result, "routeAndBack"));
      return ExitCode.OK;
    }
    for (RouterEntry entry : RouterCatalogue.all()) {
      out.printf("%-24s %s%n", entry.name(), entry.title());
    }
    return ExitCode.OK;
  }
}
