package io.github.moe4j.bench.distributed;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.spark.SparkProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distributed check}: trains a layer over ranks and in one process, and compares the bits. */
@Command(
    name = "check",
    description = {
      "Trains a small layer with one rank and with several, and compares outputs, gradients and parameters of every"
          + " step bit for bit.",
      "The last line is 'equal: N of N' if all are equal."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all equal", "1:failed, or not equal", "2:wrong usage"})
public final class CheckCommand implements Callable<Integer> {
  /** How ranks are started. */
  enum Engine {
    THREADS,
    PROCESSES,
    SPARK;

    /** As on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--ranks", description = "Number of ranks (${DEFAULT-VALUE}).")
  private int ranks = 2;

  @Option(
      names = "--engine",
      description =
          "threads of this process, processes on the loopback address, or spark: the cluster that the command is"
              + " submitted to, else executors on this machine (${DEFAULT-VALUE}).")
  private Engine engine = Engine.THREADS;

  @Option(
      names = "--spark-home",
      paramLabel = "FOLDER",
      description =
          "Apache Spark 4.2, with its jars in FOLDER/jars (the variable SPARK_HOME); not needed with spark-submit.")
  private @Nullable Path sparkHome;

  @Option(names = "--steps", description = "Optimizer steps (${DEFAULT-VALUE}).")
  private int steps = 5;

  @Option(names = "--experts", description = "Number of experts (${DEFAULT-VALUE}).")
  private int experts = 8;

  @Option(names = "--seed", description = "Seed of weights and tokens (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long a rank waits for another (${DEFAULT-VALUE}).")
  private int timeout = 60;

  /** Called by picocli. */
  public CheckCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Training training;
    try {
      training = new Training(ranks, steps, experts, seed);
    } catch (IllegalArgumentException e) {
      Failure.print(line.getErr(), "check", e);
      return ExitCode.USAGE;
    }
    PrintWriter out = line.getOut();
    if (engine == Engine.SPARK && !SparkProgram.hasSpark()) {
      return runWithSpark(line);
    }
    if (Kernels.chosen().isEmpty()) {
      out.println(
          "BLAS makes the products, whose last bits depend on the number of rows: start the JVM with"
              + " --add-modules jdk.incubator.vector");
    }
    Reference.Result expected = new Reference(training).run();
    Comparison comparison = Comparison.of(expected.fingerprints(), results(training));
    for (int step = 0; step < steps; step++) {
      out.printf("step %d: loss %.6f%n", step, expected.losses()[step]);
    }
    out.printf(
        "compared over %d ranks, %s: y and dx of every rank, the gradient of the router, and the parameters of %d"
            + " experts, after each step%n",
        ranks, engine, experts);
    comparison.differing().forEach(name -> out.println("not equal: " + name));
    out.println("equal: %d of %d".formatted(comparison.equal(), comparison.all()));
    out.flush();
    return comparison.equal() == comparison.all() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** The same command in a JVM with Spark. */
  private int runWithSpark(CommandLine line) throws IOException {
    SparkJvm jvm;
    try {
      jvm = SparkJvm.of(sparkHome);
    } catch (IllegalArgumentException e) {
      Failure.print(line.getErr(), "check", e);
      return ExitCode.USAGE;
    }
    List<String> arguments = new ArrayList<>(List.of("distributed", "check"));
    Map.of(
            "--engine", engine,
            "--ranks", ranks,
            "--steps", steps,
            "--experts", experts,
            "--seed", seed,
            "--timeout", timeout)
        .forEach((name, value) -> arguments.addAll(List.of(name, String.valueOf(value))));
    return jvm.run(arguments, line.getOut()::println);
  }

  private Map<String, Long> results(Training training) throws IOException {
    Duration wait = Duration.ofSeconds(timeout);
    List<Map<String, Long>> all = switch (engine) {
      case THREADS -> Group.threads(ranks, wait, group -> new RankTraining(training, group).run());
      case PROCESSES -> new CheckProcesses(training, wait).run();
      case SPARK -> new SparkCheck(training, wait).run();
    };
    Map<String, Long> joined = new LinkedHashMap<>();
    for (Map<String, Long> ofRank : all) {
      ofRank.forEach((name, bits) -> {
        Long other = joined.putIfAbsent(name, bits);
        if (other != null && !other.equals(bits)) {
          joined.put(name, -1L); // ranks differ in what all should have
        }
      });
    }
    return joined;
  }
}
