package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.FolderRendezvous;
import io.github.moe4j.parallel.net.SocketGroup;
import io.github.moe4j.parallel.net.SocketOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distributed rank}: one rank of {@code distributed check}, which starts it. */
@Command(name = "rank", hidden = true, description = "One rank of a check.")
public final class RankCommand implements Callable<Integer> {
  /** Between a name and its checksum. */
  static final String SEPARATOR = "\t";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--folder", required = true)
  private @Nullable Path folder;

  @Option(names = "--rank", required = true)
  private int rank;

  @Option(names = "--ranks", required = true)
  private int ranks;

  @Option(names = "--steps", required = true)
  private int steps;

  @Option(names = "--experts", required = true)
  private int experts;

  @Option(names = "--seed", required = true)
  private long seed;

  @Option(names = "--timeout", required = true)
  private int timeout;

  /** Called by picocli. */
  public RankCommand() {}

  @Override
  public Integer call() throws IOException {
    String secret = System.getenv(RankProcesses.SECRET);
    if (secret == null) {
      throw new IllegalArgumentException(RankProcesses.SECRET + " must be set but is not");
    }
    Duration wait = Duration.ofSeconds(timeout);
    Training training = new Training(ranks, steps, experts, seed);
    SocketOptions options =
        SocketOptions.secret(HexFormat.of().parseHex(secret)).withTimeout(wait);
    FolderRendezvous rendezvous =
        new FolderRendezvous(Objects.requireNonNull(folder), rank, ranks, wait);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Group group = SocketGroup.connect(rendezvous, options)) {
      new RankTraining(training, group)
          .run()
          .forEach((name, bits) -> out.println(name + SEPARATOR + bits));
    }
    out.flush();
    return ExitCode.OK;
  }
}
