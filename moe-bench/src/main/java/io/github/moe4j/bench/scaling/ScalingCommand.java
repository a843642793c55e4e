package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.FigureOptions;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code scaling}: how a layer behaves with more of everything. */
@Command(
    name = "scaling",
    sortOptions = false,
    description =
        "Measures how a layer behaves with more experts, more tokens, skewed load, two callers at"
            + " once, over many calls and while it is watched.")
public final class ScalingCommand implements Callable<Integer> {
  private static final String NAME = "scaling";

  private final Source source;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "NAME",
      description = "Parts to measure, of experts, tokens, skew, callers, steady, watching (all).")
  private @Nullable List<String> parts;

  @Option(names = "--rounds", description = "Samples of each variant (${DEFAULT-VALUE}).")
  private int rounds = 15;

  @Option(
      names = "--calls",
      description = "Calls over which memory is watched, at least 10 (${DEFAULT-VALUE}).")
  private int calls = 10_000;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Makes the parts. */
  @FunctionalInterface
  interface Source {
    List<Part> parts(Timing timing, int calls);
  }

  /** Called by picocli. */
  public ScalingCommand() {
    this(Part::all);
  }

  /** With given parts. */
  ScalingCommand(Source source) {
    this.source = source;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<Part> chosen;
    try {
      chosen = chosen(source.parts(Timing.of(rounds), calls));
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      line.getErr().println(NAME + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
    run(chosen, line.getOut(), line.getErr());
    return ExitCode.OK;
  }

  private List<Part> chosen(List<Part> all) {
    if (parts == null) {
      return all;
    }
    List<String> names = all.stream().map(Part::name).toList();
    for (String part : parts) {
      Require.that(names.contains(part), "part must be one of %s but was %s", names, part);
    }
    return all.stream().filter(part -> parts.contains(part.name())).toList();
  }

  private void run(List<Part> chosen, PrintWriter out, PrintWriter err) throws IOException {
    List<String> tables = new ArrayList<>();
    tables.add("%d processors, JDK %s, %s."
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            FigureOptions.blas()));
    out.println(tables.get(0));
    Map<String, Object> measured = new LinkedHashMap<>();
    for (Part part : chosen) {
      Part.Result result = part.measure(what -> {
        err.println("measuring " + what);
        err.flush();
      });
      tables.add(result.markdown());
      measured.put(part.name(), result.figures());
      out.println("\n" + result.markdown());
      out.flush();
    }
    figures.write(NAME, measured, String.join("\n\n", tables));
  }
}
