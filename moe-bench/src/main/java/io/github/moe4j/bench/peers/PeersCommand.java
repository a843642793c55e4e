package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.FigureOptions;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapeOptions;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code peers}: the same layer, weights and inputs in this library and in others. */
@Command(
    name = "peers",
    sortOptions = false,
    description =
        "Runs the same layer with the same weights and inputs in this library, DJL PyTorch and ONNX"
            + " Runtime by turns, checks that they agree, and compares their times.")
public final class PeersCommand implements Callable<Integer> {
  private static final String NAME = "peers";

  private static final String NOT_BUILT =
      "DJL PyTorch and ONNX Runtime are not in this build; build with:"
          + " mvn -B -ntp -Ppeers -DskipTests package";

  /** Shapes that people train with. */
  private static final Set<String> TRAINED = Set.of("coarse", "fine");

  private final Supplier<List<PeerSystem>> peers;

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
    this(PeersCommand::installed);
  }

  /** With given systems. */
  PeersCommand(Supplier<List<PeerSystem>> peers) {
    this.peers = peers;
  }

  private static List<PeerSystem> installed() {
    try {
      return ServiceLoader.load(PeerSystem.class).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
    } catch (ServiceConfigurationError | NoClassDefFoundError e) {
      return List.of(); // what an earlier build with the profile left behind
    }
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<LayerShape> chosen;
    Timing timing;
    try {
      chosen = shapes.chosen();
      timing = Timing.of(rounds);
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      line.getErr().println("peers: " + e.getMessage());
      return ExitCode.USAGE;
    }
    List<PeerSystem> systems = peers.get();
    if (systems.isEmpty()) {
      line.getErr().println("peers: " + NOT_BUILT);
      return ExitCode.SOFTWARE;
    }
    try {
      run(systems, chosen, timing, line.getOut(), line.getErr());
    } catch (DisagreementException e) {
      line.getErr().println("peers: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  private void run(
      List<PeerSystem> systems,
      List<LayerShape> chosen,
      Timing timing,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    String settings = settings(systems);
    out.println(settings);
    out.println();
    out.flush();
    List<PeerTime> times = new ArrayList<>();
    for (boolean training : new boolean[] {false, true}) {
      for (LayerShape shape : chosen) {
        if (!training || TRAINED.contains(shape.name())) {
          err.println("measuring " + shape.name() + (training ? ", training" : ", forward"));
          err.flush();
          times.addAll(measure(shape, training, systems, timing));
        }
      }
    }
    String table = PeersTable.of(times);
    out.println(table);
    figures.write(NAME, times.stream().map(PeerTime::fields).toList(), settings + "\n\n" + table);
  }

  private static List<PeerTime> measure(
      LayerShape shape, boolean training, List<PeerSystem> systems, Timing timing) {
    try (Contest contest = new Contest(shape, training, systems)) {
      contest.requireAgreement();
      return contest.measure(timing);
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
