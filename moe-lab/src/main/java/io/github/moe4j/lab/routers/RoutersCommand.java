package io.github.moe4j.lab.routers;

import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
      hidden = true,
      paramLabel = "PATH",
      description =
          "Write routers.md and routers/images/*.svg into this folder; with --times the tables into"
              + " this page, between its markers.")
  private @Nullable Path docs;

  @Option(
      names = "--times",
      split = ",",
      paramLabel = "FILE",
      description = "Print tables from JSON results of JMH's RouterBenchmark.")
  private List<Path> times = List.of();

  /** Called by picocli. */
  public RoutersCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Path place = docs;
    if (!times.isEmpty()) {
      String tables = tables();
      out.println(tables);
      if (place != null) {
        GeneratedPart.replace(place, "routers", tables);
      }
      return ExitCode.OK;
    }
    if (place != null) {
      out.println(RouterDocs.write(place) + " files written below " + place);
      return ExitCode.OK;
    }
    for (RouterProvider entry : RouterCatalogue.load()) {
      out.printf("%-24s %s%n", entry.name(), entry.title());
    }
    return ExitCode.OK;
  }

  private String tables() throws IOException {
    return "Forward, ns per token (ratio to top-k):\n\n"
        + RouterTimes.table(times, "route")
        + "\nForward and backward, ns per token (ratio to top-k):\n\n"
        + RouterTimes.table(times, "routeAndBack");
  }
}
