package io.github.moe4j.lab;

import io.github.moe4j.cli.MemoryNeed;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.ranks.RankEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Over how many ranks a run is spread, and what runs them. */
final class RankOptions {
  /** What may differ in a run that is resumed. */
  static final Set<String> NAMES = Set.of("ranks", "engine", "timeout");

  /** Of a rank: the stacks of its threads alone. */
  private static final double LEAST_BYTES = 1 << 20;

  private static final String RANKS = "ranks";
  private static final String DEFAULT_ENGINE = "threads";
  private static final int DEFAULT_TIMEOUT = 60;

  @Option(
      names = "--ranks",
      paramLabel = "N",
      description =
          "Spread the experts and the sequences of a step over N ranks. Default: one process"
              + " without a group.")
  private @Nullable Integer ranks;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "What runs the ranks: threads of this process, processes on this machine, or spark,"
              + " tasks of Apache Spark (threads).")
  private @Nullable String engine;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long a rank waits for another before the run fails (60).")
  private @Nullable Integer timeout;

  /** Called by picocli. */
  RankOptions() {}

  /** Whether the run is over ranks; checks the options. */
  boolean areSet() {
    if (ranks == null) {
      Require.that(engine == null && timeout == null, "--engine and --timeout need --ranks");
      return false;
    }
    Require.positive(RANKS, ranks);
    Require.positive("timeout", seconds());
    MemoryNeed.require(ranks + " ranks", (double) ranks * LEAST_BYTES);
    engine();
    return true;
  }

  /** Number of ranks; 1 without a group. */
  int ranks() {
    return ranks == null ? 1 : ranks;
  }

  /** Processes that share the work; ranks that are threads share the memory of one. */
  int processes() {
    return engine == null || engine.equals(DEFAULT_ENGINE) ? 1 : Math.max(1, ranks());
  }

  RankEngine engine() {
    return RankEngine.named(engine == null ? DEFAULT_ENGINE : engine);
  }

  Duration timeout() {
    return Duration.ofSeconds(seconds());
  }

  private int seconds() {
    return timeout == null ? DEFAULT_TIMEOUT : timeout;
  }

  /** Adds every option that is set, by its name, as the command line takes it. */
  void addTo(Map<String, String> all) {
    put(all, RANKS, ranks);
    put(all, "engine", engine);
    put(all, "timeout", timeout);
  }

  private static void put(Map<String, String> all, String name, @Nullable Object value) {
    if (value != null) {
      all.put(name, value.toString());
    }
  }

  /**
   * Checks that a run over ranks is resumed over ranks, and one in one process in one process: their states differ.
   *
   * @param file of the run to resume
   * @param before its options
   */
  static void requireSameKind(Path file, Map<String, String> before, Map<String, String> now) {
    Require.that(
        before.containsKey(RANKS) == now.containsKey(RANKS),
        "%s: ranks must be %s as in the run to resume but was %s",
        file,
        before.containsKey(RANKS) ? "set" : "not set",
        now.getOrDefault(RANKS, "not set"));
  }
}
