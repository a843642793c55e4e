package io.github.moe4j.bench.distributed;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code distributed}: experts and data in parallel. */
@Command(
    name = "distributed",
    description = "Experts and data in parallel over several ranks.",
    subcommands = {
      CheckCommand.class,
      BenchCommand.class,
      RankCommand.class,
      BenchRankCommand.class,
      LossRankCommand.class,
      SparkJobCommand.class
    })
public final class DistributedCommand implements Callable<Integer> {
  @Spec
  private @Nullable CommandSpec spec;

  /** Called by picocli. */
  public DistributedCommand() {}

  /** Without a command: says which there are. */
  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    line.usage(line.getErr());
    return ExitCode.USAGE;
  }
}
