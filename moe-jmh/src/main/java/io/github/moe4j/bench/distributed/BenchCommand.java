package io.github.moe4j.bench.distributed;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.Main;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.MemoryNeed;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.parallel.net.RankProcesses;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distributed bench}: times of exchanges and of layers over processes. */
@Command(
    name = "bench",
    sortOptions = false,
    description = {
      "Measures all-to-all and all-reduce between processes of this machine beside a copy in memory and a plain"
          + " socket, layers whose experts are spread over them beside one process, and the time until a death is"
          + " noticed.",
      "Says what the formulas of 'plan' predict for these layers."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class BenchCommand implements Callable<Integer> {
  private static final String NAME = "distributed-bench";
  /** Of a process with the JVM and the native libraries. */
  private static final double LEAST_BYTES = 50e6;

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--ranks", description = "Number of processes (${DEFAULT-VALUE}).")
  private int ranks = 2;

  @Option(
      names = "--kib",
      split = ",",
      paramLabel = "KIB",
      description = "Sizes of transfers, in KiB, rising (${DEFAULT-VALUE}).")
  private int[] kibibytes = {64, 1024, 16_384};

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "NAME",
      description = "Layers to measure, as of 'roofline'; 'none' for none (${DEFAULT-VALUE}).")
  private List<String> shapes = List.of("coarse", "fine");

  @Option(names = "--rounds", description = "Rounds of all measurements (${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(
      names = "--losses",
      description = "How often one of three processes is killed (${DEFAULT-VALUE}).")
  private int losses = 5;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public BenchCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<LayerShape> layers;
    try {
      Require.that(ranks >= 2, "ranks must be at least 2 but was %d", ranks);
      MemoryNeed.require(ranks + " processes", (double) ranks * LEAST_BYTES);
      Require.positive("rounds", rounds);
      Require.that(losses >= 0, "losses must be at least 0 but was %d", losses);
      layers = shapes.equals(List.of("none"))
          ? List.of()
          : shapes.stream().map(LayerShape::named).toList();
      requireSizes(layers);
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), "bench", e);
      return ExitCode.USAGE;
    }
    BenchResult result = measure(layers, line.getErr());
    String tables = new BenchTables(result).all();
    PrintWriter out = line.getOut();
    out.print(tables);
    out.flush();
    figures.write(NAME, result, tables);
    if (!layers.isEmpty()) {
      figures.writePicture("rank-times.svg", RankPicture.svg(result));
    }
    return ExitCode.OK;
  }

  private void requireSizes(List<LayerShape> layers) {
    for (int i = 0; i < kibibytes.length; i++) {
      Require.that(
          kibibytes[i] >= (i == 0 ? 1 : kibibytes[i - 1] + 1) && kibibytes[i] <= 1 << 20,
          "sizes must rise and be from 1 KiB to 1 GiB but were %s",
          Arrays.toString(kibibytes));
    }
    Require.that(
        layers.isEmpty() || kibibytes.length > 1,
        "a prediction needs transfers of at least two sizes but there was %d",
        kibibytes.length);
    for (LayerShape shape : layers) {
      Require.that(
          shape.tokens() >= ranks && shape.experts() >= ranks,
          "every rank needs a token and an expert but %s has %d and %d for %d ranks",
          shape.name(),
          shape.tokens(),
          shape.experts(),
          ranks);
    }
  }

  private BenchResult measure(List<LayerShape> layers, PrintWriter err) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(
        "distributed",
        "bench-rank",
        "--rounds",
        String.valueOf(rounds),
        "--kib",
        Arrays.stream(kibibytes).mapToObj(String::valueOf).collect(Collectors.joining(","))));
    if (!layers.isEmpty()) {
      arguments.addAll(List.of("--shapes", String.join(",", shapes)));
    }
    BenchResult[] result = new BenchResult[1];
    int total = kibibytes.length + 2 * layers.size() + losses;
    try (Watch watch = Watch.open("bench", total, "measurements", err)) {
      new RankProcesses(ranks, TIMEOUT).run(Main.class, arguments, (rank, text) -> {
        if (rank == 0 && text.startsWith(BenchRankCommand.STEP)) {
          watch.step(1);
        } else if (text.startsWith(BenchRankCommand.RESULT)) {
          result[0] = read(text.substring(BenchRankCommand.RESULT.length()));
        }
      });
      if (result[0] == null) {
        throw new IOException("rank 0 printed no result");
      }
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < losses; i++) {
        seconds.add(LossTime.measure());
        watch.step(1);
      }
      return result[0].withLosses(seconds);
    }
  }

  private static BenchResult read(String json) {
    try {
      return new ObjectMapper().readValue(json, BenchResult.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
