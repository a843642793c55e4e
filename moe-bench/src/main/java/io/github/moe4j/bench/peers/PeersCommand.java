package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapeOptions;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code peers}: compares the same layer, weights and inputs in this library and in others. */
@Command(
    name = "peers",
    sortOptions = false,
    description =
        "Runs the same layer with the same weights and inputs in this library, DJL PyTorch, oneDNN and"
            + " ONNX Runtime, interleaved, checks that results agree, and compares times.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage", "130:interrupted"})
public final class PeersCommand implements Callable<Integer> {
  private static final String NAME = "peers";

  private static final String NOT_BUILT =
      "DJL PyTorch, oneDNN and ONNX Runtime are not in this build; build with:"
          + " mvn -B -ntp -Ppeers -DskipTests package";

  /** Typical training shapes. */
  private static final Set<String> TRAINED = Set.of("coarse", "fine");

  private final Supplier<List<PeerSystem>> peers;
  private final IntFunction<Timing> timings;
  private final Watch.Source watches;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private final ShapeOptions shapes = new ShapeOptions();

  @Option(names = "--rounds", description = "Samples of each system (${DEFAULT-VALUE}).")
  private int rounds = 15;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public PeersCommand() {
    this(PeersCommand::installed, Timing::of, Watch::open);
  }

  /** With given systems, timed as the timing of the number of rounds says. */
  PeersCommand(
      Supplier<List<PeerSystem>> peers, IntFunction<Timing> timings, Watch.Source watches) {
    this.peers = peers;
    this.timings = timings;
    this.watches = watches;
  }

  private static List<PeerSystem> installed() {
    try {
      return ServiceLoader.load(PeerSystem.class).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
    } catch (ServiceConfigurationError | NoClassDefFoundError e) {
      return List.of(); // left over from an earlier build with the profile
    }
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<LayerShape> chosen;
    Timing timing;
    try {
      chosen = shapes.chosen();
      timing = timings.apply(rounds);
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), "peers", e);
      return ExitCode.USAGE;
    }
    List<PeerSystem> systems = new ArrayList<>(peers.get());
    if (systems.isEmpty()) {
      line.getErr().println("peers: " + NOT_BUILT);
      return ExitCode.SOFTWARE;
    }
    systems.stream()
        .map(PeerSystem::gated)
        .distinct()
        .toList()
        .forEach(gated -> systems.add(new PackedSystem(gated)));
    try {
      return run(systems, contests(chosen), timing, line.getOut(), line.getErr());
    } catch (DisagreementException e) {
      Failure.print(line.getErr(), "peers", e);
      return ExitCode.SOFTWARE;
    }
  }

  /** A shape and a pass. */
  private record Part(LayerShape shape, boolean training) {
    @Override
    public String toString() {
      return shape.name() + (training ? ", training" : ", forward");
    }
  }

  private static List<Part> contests(List<LayerShape> chosen) {
    List<Part> parts = new ArrayList<>();
    chosen.forEach(shape -> parts.add(new Part(shape, false)));
    chosen.stream()
        .filter(shape -> TRAINED.contains(shape.name()))
        .forEach(shape -> parts.add(new Part(shape, true)));
    return parts;
  }

  private int run(
      List<PeerSystem> systems, List<Part> parts, Timing timing, PrintWriter out, PrintWriter err)
      throws IOException {
    String settings = settings(systems);
    out.println(settings);
    out.println();
    out.flush();
    long steps = parts.stream()
        .mapToLong(part -> timing.steps(InterleavedTiming.size(part.training(), systems)))
        .sum();
    List<List<PeerTime>> measured = new ArrayList<>();
    try (Watch watch = watches.open(NAME, steps, "steps", err)) {
      Timing watched = timing.watchedBy(watch);
      boolean complete = watch.finishes(
          () -> parts.forEach(part -> measured.add(measure(part, systems, watched))));
      List<PeerTime> times = measured.stream().flatMap(List::stream).toList();
      List<?> figuresOfAll = times.stream().map(PeerTime::fields).toList();
      String table = PeersTable.of(times);
      if (complete) {
        out.println(table);
        figures.write(NAME, figuresOfAll, settings + "\n\n" + table);
        return ExitCode.OK;
      }
      if (!times.isEmpty()) {
        out.println(table + "\n");
        figures.writePartial(figuresOfAll, err);
      }
      out.println(Watch.interrupted(measured.size(), parts.size(), "comparisons"));
      out.flush();
      return Interruption.EXIT_CODE;
    }
  }

  private static List<PeerTime> measure(Part part, List<PeerSystem> systems, Timing timing) {
    timing.watch().leaveIfAsked();
    timing.watch().progress().at(part.toString());
    try (InterleavedTiming interleaved =
        new InterleavedTiming(part.shape(), part.training(), systems)) {
      interleaved.requireAgreement();
      return interleaved.measure(timing);
    }
  }

  private static String settings(List<PeerSystem> systems) {
    StringBuilder all = new StringBuilder("- moe4j: JDK %s, %d processors, %s"
        .formatted(
            Runtime.version().feature(),
            Runtime.getRuntime().availableProcessors(),
            FigureOptions.blas()));
    for (PeerSystem system : systems) {
      all.append("\n- %s: %s".formatted(system.name(), system.settings()));
    }
    return all.toString();
  }
}
