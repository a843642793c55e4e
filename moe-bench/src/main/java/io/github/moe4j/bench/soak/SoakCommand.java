package io.github.moe4j.bench.soak;

import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Folders;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** {@code soak}: mixed work for a long time. */
@Command(
    name = "soak",
    sortOptions = false,
    description =
        "Trains, saves, loads, serves with all kinds of weights and runs ranks, with several callers at the same time, and"
            + " checks that no memory grows and no bit changes. Start the JVM with -XX:NativeMemoryTracking=summary,"
            + " -XX:+AlwaysPreTouch and -Xms as -Xmx, so that kinds of memory can be told apart.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing grew, no bit changed", "1:failed", "2:wrong usage", "130:interrupted"
    })
public final class SoakCommand implements Callable<Integer> {
  private static final String NAME = "soak";

  /** A kind of memory may grow by that share. */
  private static final double GROWTH = 0.03;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--minutes", description = "How long (${DEFAULT-VALUE}).")
  private double minutes = 60;

  @Option(
      names = "--every",
      description = "Seconds from one measurement of the memory to the next (${DEFAULT-VALUE}).")
  private int every = 60;

  @Option(names = "--callers", description = "Threads (${DEFAULT-VALUE}).")
  private int callers = 3;

  @Option(names = "--seed", description = "Seed of the order of the work (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  private final Watch.Source watches;

  /** Called by picocli. */
  public SoakCommand() {
    this(Watch::open);
  }

  SoakCommand(Watch.Source watches) {
    this.watches = watches;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Soak soak;
    try {
      Require.that(
          minutes > 0 && minutes < 1e6, "minutes must be in (0, 1000000) but was %s", minutes);
      Require.positive("every", every);
      Require.positive("callers", callers);
      soak = new Soak(callers, Math.round(60 * minutes), every, seed);
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      line.getErr().println(NAME + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
    Path folder = Files.createTempDirectory("moe4j-soak");
    try (Watch watch = watches.open(NAME, soak.seconds(), "seconds", line.getErr())) {
      return report(
          soak.run(SoakTasks.in(folder), watch),
          watch.getAsBoolean(),
          line.getOut(),
          line.getErr());
    } finally {
      Folders.deleteAll(folder);
    }
  }

  private int report(Soak.Result result, boolean interrupted, PrintWriter out, PrintWriter err)
      throws IOException {
    String tables = "%s minutes, %d callers; %d processors, JDK %s, %s.\n\n"
            .formatted(
                String.format(Locale.ROOT, "%.4g", minutes),
                callers,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                FigureOptions.blas())
        + SoakTable.of(result);
    out.println(tables);
    out.flush();
    if (interrupted) {
      figures.writePartial(result, err);
      return Interruption.EXIT_CODE;
    }
    figures.write(NAME, result, tables);
    List<String> faults = faults(result);
    faults.forEach(fault -> err.println(NAME + ": " + fault));
    return faults.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static List<String> faults(Soak.Result result) {
    List<String> faults = new ArrayList<>();
    result.changed().forEach(change -> faults.add("bits changed: " + change));
    grew("the heap after collection", Growth.of(result.points(), SoakPoint::heapKilobytes), faults);
    grew("the JVM besides its heap", Growth.of(result.points(), SoakPoint::jvmKilobytes), faults);
    grew("the process", Growth.of(result.points(), SoakPoint::processKilobytes), faults);
    return faults;
  }

  private static void grew(String what, @Nullable Growth growth, List<String> faults) {
    if (growth != null && growth.share() > GROWTH) {
      faults.add(String.format(
          Locale.ROOT,
          "%s grew by %.1f %%, more than %.0f",
          what,
          100 * growth.share(),
          100 * GROWTH));
    }
  }
}
