package io.github.moe4j.bench.roofline;

import io.github.moe4j.bench.machine.Machine;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.List;
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

/** {@code roofline}: the limit of the machine, and the layer's share of it. */
@Command(
    name = "roofline",
    sortOptions = false,
    description =
        "Measures the processor's limit, BLAS's ceiling and bandwidths of this machine, and the share"
            + " of the limit that a layer reaches, by shape and stage.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage", "130:interrupted"})
public final class RooflineCommand implements Callable<Integer> {
  private static final String NAME = "roofline";

  private final Watch.Source watches;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private final ShapeOptions shapes = new ShapeOptions();

  @Option(names = "--runs", description = "Runs of each shape (${DEFAULT-VALUE}).")
  private int runs = 21;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public RooflineCommand() {
    this(Watch::open);
  }

  /** With a given watch. */
  RooflineCommand(Watch.Source watches) {
    this.watches = watches;
  }

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
      Failure.print(line.getErr(), "roofline", e);
      return ExitCode.USAGE;
    }
    return run(chosen, line.getOut(), line.getErr());
  }

  private int run(List<LayerShape> chosen, PrintWriter out, PrintWriter err) throws IOException {
    int total = Machine.measurements() + LayerPass.values().length * chosen.size();
    try (Watch watch = watches.open(NAME, total, "measurements", err)) {
      Roofline roofline = new Roofline(runs, watch, out);
      boolean complete = watch.finishes(() -> roofline.measure(chosen));
      if (complete) {
        roofline.print();
        figures.write(NAME, roofline.figures(), roofline.tables());
        return ExitCode.OK;
      }
      if (roofline.layers() > 0) {
        roofline.print();
        out.println();
        figures.writePartial(roofline.figures(), err);
      }
      out.println(Watch.interrupted(
          roofline.layers(), LayerPass.values().length * chosen.size(), "passes of layers"));
      out.flush();
      return Interruption.EXIT_CODE;
    }
  }
}
