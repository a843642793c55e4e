package io.github.moe4j.bench.roofline;

import io.github.moe4j.bench.FigureOptions;
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

/** {@code roofline}: what the machine can do at most, and the layer's share of it. */
@Command(
    name = "roofline",
    sortOptions = false,
    description =
        "Measures this machine's matrix products and memory, and the share of them that a layer"
            + " reaches, by shape and stage.")
public final class RooflineCommand implements Callable<Integer> {
  private static final String NAME = "roofline";

  private static final int MACHINE_RUNS = 15;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private final ShapeOptions shapes = new ShapeOptions();

  @Option(names = "--runs", description = "Runs of each shape (${DEFAULT-VALUE}).")
  private int runs = 21;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public RooflineCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<LayerShape> chosen;
    try {
      chosen = shapes.chosen();
      if (runs < 1) {
        throw new IllegalArgumentException("runs must be at least 1 but was " + runs);
      }
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      line.getErr().println("roofline: " + e.getMessage());
      return ExitCode.USAGE;
    }
    run(chosen, line.getOut(), line.getErr());
    return ExitCode.OK;
  }

  private void run(List<LayerShape> chosen, PrintWriter out, PrintWriter err) throws IOException {
    Machine machine = Machine.measure(MACHINE_RUNS);
    out.println(RooflineTable.machine(machine));
    out.println();
    out.flush();
    List<LayerTime> times = new ArrayList<>();
    for (LayerShape shape : chosen) {
      for (boolean training : new boolean[] {false, true}) {
        err.println("measuring " + shape.name() + (training ? ", training" : ", forward"));
        err.flush();
        times.add(LayerTime.measure(shape, training, runs));
      }
    }
    String table = RooflineTable.of(machine, times);
    out.println(table);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    all.put("layers", times);
    figures.write(NAME, all, RooflineTable.machine(machine) + "\n\n" + table);
  }
}
