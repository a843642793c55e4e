package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Progress;
import io.github.moe4j.cli.Watch;
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

/** {@code scaling}: how a layer scales. */
@Command(
    name = "scaling",
    sortOptions = false,
    description =
        "Measures how a layer scales with experts and tokens, under skewed load, with two concurrent"
            + " callers, over many calls, with observability on, with quantized weights and with weights in the file.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage", "130:interrupted"})
public final class ScalingCommand implements Callable<Integer> {
  private static final String NAME = "scaling";

  private final Source source;
  private final Watch.Source watches;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "NAME",
      description =
          "Parts to measure: experts, tokens, skew, callers, steady, observability, quantized, mapped (all).")
  private @Nullable List<String> parts;

  @Option(names = "--rounds", description = "Samples of each variant (${DEFAULT-VALUE}).")
  private int rounds = 15;

  @Option(
      names = "--calls",
      description = "Calls of the memory measurement, at least 10 (${DEFAULT-VALUE}).")
  private int calls = 10_000;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Makes the parts. */
  @FunctionalInterface
  interface Source {
    List<ScalingPart> parts(Timing timing, int calls);
  }

  /** Called by picocli. */
  public ScalingCommand() {
    this(ScalingPart::all, Watch::open);
  }

  /** With given parts. */
  ScalingCommand(Source source, Watch.Source watches) {
    this.source = source;
    this.watches = watches;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    long steps;
    try {
      steps = chosen(Watch.none()).stream().mapToLong(ScalingPart::steps).sum();
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), NAME, e);
      return ExitCode.USAGE;
    }
    try (Watch watch = watches.open(NAME, steps, "steps", line.getErr())) {
      return run(chosen(watch), watch, line.getOut(), line.getErr());
    }
  }

  private List<ScalingPart> chosen(Watch watch) {
    List<ScalingPart> all = source.parts(Timing.of(rounds).watchedBy(watch), calls);
    if (parts == null) {
      return all;
    }
    List<String> names = all.stream().map(ScalingPart::name).toList();
    for (String part : parts) {
      Require.that(names.contains(part), "part must be one of %s but was %s", names, part);
    }
    return all.stream().filter(part -> parts.contains(part.name())).toList();
  }

  private int run(List<ScalingPart> chosen, Watch watch, PrintWriter out, PrintWriter err)
      throws IOException {
    List<String> tables = new ArrayList<>();
    tables.add("%d processors, JDK %s, %s."
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            FigureOptions.blas()));
    Progress progress = watch.progress();
    print(tables.get(0), progress, out);
    Map<String, Object> measured = new LinkedHashMap<>();
    boolean complete = watch.finishes(() -> {
      for (ScalingPart part : chosen) {
        watch.leaveIfAsked();
        ScalingPart.Result result = part.measure(progress::at);
        tables.add(result.markdown());
        measured.put(part.name(), result.figures());
        print("\n" + result.markdown(), progress, out);
      }
    });
    if (complete) {
      figures.write(NAME, measured, String.join("\n\n", tables));
      return ExitCode.OK;
    }
    out.println("\n" + Watch.interrupted(measured.size(), chosen.size(), "parts"));
    out.flush();
    if (!measured.isEmpty()) {
      figures.writePartial(measured, err);
    }
    return Interruption.EXIT_CODE;
  }

  private static void print(String text, Progress progress, PrintWriter out) {
    progress.above(() -> {
      out.println(text);
      out.flush();
    });
  }
}
