package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code crash}: what commands leave behind when they are killed or cannot write. */
@Command(
    name = "crash",
    sortOptions = false,
    description =
        "Kills runs of the lab, over ranks too, checks over ranks and the writing of pages with SIGKILL at random moments, lets"
            + " files run full, folders vanish and become read-only, and checks that every resumed run ends with the bits of an"
            + " unbroken one.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing was lost", "1:failed", "2:wrong usage", "130:interrupted"})
public final class CrashCommand implements Callable<Integer> {
  private static final String NAME = "crash";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--kills", description = "Kills altogether (${DEFAULT-VALUE}).")
  private int kills = 200;

  @Option(
      names = "--limits",
      description = "Sizes at which files are full, of each command (${DEFAULT-VALUE}).")
  private int limits = 20;

  @Option(
      names = "--folders",
      description =
          "Folders that vanish, and that become read-only, of each command (${DEFAULT-VALUE}).")
  private int folders = 5;

  @Option(names = "--seed", description = "Seed of the moments (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  private final List<Victim> victims;
  private final Watch.Source watches;

  /** Called by picocli. */
  public CrashCommand() {
    this(victims(), Watch::open);
  }

  CrashCommand(List<Victim> victims, Watch.Source watches) {
    this.victims = victims;
    this.watches = watches;
  }

  private static List<Victim> victims() {
    List<String> sizes = List.of(
        "--experts", "4", "--steps", "30", "--width", "16", "--hidden", "16", "--batch", "4");
    List<String> noisy = new ArrayList<>(sizes);
    noisy.addAll(List.of("--routers", "noisy-top-k,deepseek-v3"));
    List<String> ranks = new ArrayList<>(sizes);
    ranks.addAll(List.of("--routers", "top-k", "--ranks", "2", "--engine", "processes"));
    return List.of(
        new LabVictim("lab", noisy),
        new LabVictim("lab --ranks 2", ranks),
        new CheckVictim(),
        new PageVictim());
  }

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try {
      Require.that(kills >= 0, "kills must be at least 0 but was %d", kills);
      Require.that(limits >= 0, "limits must be at least 0 but was %d", limits);
      Require.that(folders >= 0, "folders must be at least 0 but was %d", folders);
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      line.getErr().println(NAME + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
    Path folder = Files.createTempDirectory("moe4j-crash");
    List<CrashRow> rows = new ArrayList<>();
    long writing = victims.stream().filter(Victim::writes).count();
    long steps = kills + writing * (limits + 2L * folders);
    try (Watch watch = watches.open(NAME, steps, "failures", line.getErr())) {
      boolean complete = watch.finishes(() -> run(folder, rows, watch));
      return report(rows, complete, line.getOut(), line.getErr());
    } finally {
      VanishingFolder.deleteAll(folder);
    }
  }

  private void run(Path folder, List<CrashRow> rows, Watch watch) {
    SplittableRandom random = new SplittableRandom(seed);
    try {
      for (int i = 0; i < victims.size(); i++) {
        Victim victim = victims.get(i);
        Path own = Files.createDirectory(folder.resolve("victim-" + i));
        watch.progress().at(victim.name());
        int share = kills / victims.size() + (i < kills % victims.size() ? 1 : 0);
        rows.add(new Kills(share).run(victim, own, random, watch));
        if (victim.writes() && limits > 0) {
          rows.add(new FullDisk(limits).run(victim, own, random, watch));
        }
        if (victim.writes() && folders > 0) {
          rows.add(new VanishingFolder(folders).run(victim, own, random, watch));
          rows.add(new ReadOnlyFolder(folders).run(victim, own, random, watch));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int report(List<CrashRow> rows, boolean complete, PrintWriter out, PrintWriter err)
      throws IOException {
    StringBuilder table = new StringBuilder(
        "| command | failures | runs completed | faults |\n|---|---:|---:|---:|\n");
    rows.forEach(row -> table.append(String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d |\n",
        row.name(),
        row.times(),
        row.runs(),
        row.faults().size())));
    String tables = table.toString().stripTrailing();
    out.println(tables);
    rows.forEach(row -> row.faults().forEach(fault -> err.println(row.name() + ": " + fault)));
    out.flush();
    if (!complete) {
      figures.writePartial(rows, err);
      return Interruption.EXIT_CODE;
    }
    figures.write(NAME, rows, tables);
    return rows.stream().allMatch(row -> row.faults().isEmpty()) ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
