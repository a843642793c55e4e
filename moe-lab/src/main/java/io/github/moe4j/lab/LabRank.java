package io.github.moe4j.lab;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.lab.ranks.RankProgram;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One rank of a run where {@code lab --ranks} cannot pass it objects; rank 0 prints progress for that to read. */
@Command(name = "lab-rank")
public final class LabRank implements RankProgram {
  @Mixin
  private RunOptions run = new RunOptions();

  @Option(names = "--out", required = true)
  private @Nullable Path folder;

  @Option(names = "--save-every", required = true)
  private int saveEvery;

  @Option(names = "--resume")
  private boolean resumes;

  @Option(names = "--trace")
  private boolean traces;

  /** Called by the engine. */
  public LabRank() {}

  @Override
  public void run(Group group, List<String> arguments, PrintWriter out) {
    new CommandLine(this).parseArgs(arguments.toArray(String[]::new));
    RunFiles files =
        new RunFiles(Objects.requireNonNull(folder), traces, Duration.ofSeconds(saveEvery));
    Progress progress = group.rank() == 0 ? Progress.relayed(out) : Progress.quiet();
    new RankRun(run.checkedElsewhere(), files, resumes).rank(group, () -> false, progress);
  }
}
