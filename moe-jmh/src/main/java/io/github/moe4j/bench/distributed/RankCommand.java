package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distributed rank}: one rank of a check. */
@Command(
    name = "rank",
    description = {
      "One rank of a check over hosts: the same command on each of them, with MOE4J_RANK, MOE4J_HOSTS"
          + " (host:port of each rank, with commas) and MOE4J_SECRET in the environment.",
      "Prints the checksums of what this rank computed; the last line is 'equal: N of N' if they are those of one"
          + " process."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all equal", "1:failed, or not equal", "2:wrong usage"})
public final class RankCommand implements Callable<Integer> {
  /** Between a name and its checksum. */
  static final String SEPARATOR = "\t";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--steps", description = "Optimizer steps (${DEFAULT-VALUE}).")
  private int steps = 5;

  @Option(names = "--experts", description = "Number of experts (${DEFAULT-VALUE}).")
  private int experts = 8;

  @Option(names = "--seed", description = "Seed of weights and tokens (${DEFAULT-VALUE}).")
  private long seed = 1;

  /** Called by picocli. */
  public RankCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Map<String, Long> found;
    Training training;
    try (Group group = SocketGroup.fromEnvironment()) {
      training = new Training(group.size(), steps, experts, seed);
      found = new RankTraining(training, group).run();
    }
    found.forEach((name, bits) -> out.println(name + SEPARATOR + bits));
    Map<String, Long> expected =
        new LinkedHashMap<>(new Reference(training).run().fingerprints());
    expected.keySet().retainAll(found.keySet());
    Comparison comparison = Comparison.of(expected, found);
    comparison.differing().forEach(name -> out.println("not equal: " + name));
    out.println("equal: %d of %d".formatted(comparison.equal(), found.size()));
    out.flush();
    return comparison.equal() == found.size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
