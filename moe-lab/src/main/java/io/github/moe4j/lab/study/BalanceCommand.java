package io.github.moe4j.lab.study;

import io.github.moe4j.balance.catalogue.ControllerCatalogue;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.LabOptions;
import io.github.moe4j.lab.ModelOptions;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.Mechanisms;
import io.github.moe4j.lab.variant.LayerOptions;
import java.io.IOException;
import java.io.PrintWriter;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code balance}: measures how each mechanism balances a router that starts collapsed. */
@Command(
    name = "balance",
    sortOptions = false,
    description =
        "Trains the lab's model on real text from collapsed routers, with each balancing mechanism,"
            + " and prints a Markdown table of load before and after and the cost in bits per byte.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all bounds met", "1:a bound exceeded", "2:wrong usage", "130:interrupted"})
public final class BalanceCommand implements Callable<Integer> {
  /** Short runs: there are dozens, and balance is reached early. */
  private static final LabOptions DEFAULT = new LabOptions(
      1, 500, 32, 3e-3, 0.1, new ModelOptions(96, 2, 1, 64), new LayerOptions(96, 128, 8, 2));

  private final Watch.Source watches;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--steps", description = "Optimizer steps per model (${DEFAULT-VALUE}).")
  private int steps = DEFAULT.steps();

  @Option(names = "--seed", description = "Random seed (${DEFAULT-VALUE}).")
  private long seed = DEFAULT.seed();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Mechanisms to run, with each router's control (all).")
  private @Nullable List<String> only;

  @Option(names = "--list", description = "List all mechanisms and exit.")
  private boolean list;

  @Option(
      names = "--docs",
      hidden = true,
      paramLabel = "FILE",
      description = "Write the tables to this page, between its markers; with --list those of all"
          + " losses and controllers.")
  private @Nullable Path docs;

  @Option(
      names = "--times",
      paramLabel = "FILE",
      description = "Print a table from the JSON result of JMH's LossBenchmark, and exit.")
  private @Nullable Path times;

  /** Called by picocli. */
  public BalanceCommand() {
    this(Watch::open);
  }

  /** With a given watch. */
  BalanceCommand(Watch.Source watches) {
    this.watches = watches;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    PrintWriter out = line.getOut();
    if (list && docs != null) {
      GeneratedPart.replace(docs, "losses", BalanceDocs.losses(LossCatalogue.library()));
      GeneratedPart.replace(
          docs, "controllers", BalanceDocs.controllers(ControllerCatalogue.library()));
      return ExitCode.OK;
    }
    if (list) {
      Mechanisms.all()
          .forEach(
              m -> out.printf("%-22s %-13s %s%n", m.name(), m.router().label(), m.description()));
      return ExitCode.OK;
    }
    try {
      if (times != null) {
        return printTimes(times, out);
      }
      LabOptions options = DEFAULT.with(seed, steps);
      List<Mechanism> chosen = chosen();
      requirePage(options);
      return study(options, chosen, out, line.getErr());
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), "balance", e);
      return ExitCode.USAGE;
    }
  }

  private int printTimes(Path result, PrintWriter out) throws IOException {
    String table = LossTimes.table(result);
    out.println(table);
    if (docs != null) {
      GeneratedPart.replace(docs, "times", table);
    }
    return ExitCode.OK;
  }

  /** Checks the page's markers before the long run; pages are written by whole default runs only. */
  private void requirePage(LabOptions options) throws IOException {
    if (docs != null) {
      Require.that(
          only == null && options.equals(DEFAULT),
          "--docs needs a complete default run, without --only, --seed and --steps");
      GeneratedPart.require(docs, "choice");
      GeneratedPart.require(docs, "balance");
    }
  }

  private int study(LabOptions options, List<Mechanism> chosen, PrintWriter out, PrintWriter err)
      throws IOException {
    StudyRuns runs = new StudyRuns(options, chosen);
    try (Watch watch = watches.open("balance", runs.steps(), "steps", err)) {
      List<StudyRow> rows = new ArrayList<>();
      boolean complete = watch.finishes(() -> runs.run(watch, rows));
      if (complete) {
        String table = BalanceTable.of(rows);
        out.println(table);
        if (docs != null) {
          GeneratedPart.replace(docs, "choice", BalanceTable.choice(rows));
          GeneratedPart.replace(docs, "balance", table);
        }
        return boundsKept(rows, err) ? ExitCode.OK : ExitCode.SOFTWARE;
      }
      if (!rows.isEmpty()) {
        out.println(BalanceTable.of(rows) + "\n");
      }
      out.println(Watch.interrupted(rows.size(), runs.count(), "runs"));
      out.flush();
      boundsKept(rows, err);
      if (docs != null) {
        err.println(docs + " is left unchanged");
      }
      return Interruption.EXIT_CODE;
    }
  }

  /** Names the mechanisms beyond their bounds. */
  private static boolean boundsKept(List<StudyRow> rows, PrintWriter err) {
    List<StudyRow> broken = rows.stream().filter(row -> !row.keepsBound()).toList();
    for (StudyRow row : broken) {
      err.printf(
          Locale.ROOT,
          "balance: %s ends with load CV %.3f and most loaded %.3f of the mean, beyond %s%n",
          row.mechanism().name(),
          row.cvAfter(),
          row.mostLoadedAfter(),
          row.mechanism().bound());
    }
    return broken.isEmpty();
  }

  /** The requested mechanisms, and their controls. */
  private List<Mechanism> chosen() {
    if (only == null) {
      return Mechanisms.all();
    }
    List<Mechanism> named = only.stream().map(Mechanisms::named).toList();
    return Mechanisms.all().stream()
        .filter(m -> named.contains(m)
            || m.isControl() && named.stream().anyMatch(n -> n.router() == m.router()))
        .toList();
  }
}
