package io.github.moe4j.bench.distributed;

import io.github.moe4j.lab.ranks.RankJob;
import io.github.moe4j.lab.ranks.RankProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distributed spark-job}: what {@link SparkEngine} starts in a JVM with Spark. */
@Command(name = "spark-job", hidden = true, description = "A program of ranks on Spark.")
public final class SparkJobCommand implements Callable<Integer> {
  /** Before the reason of a failure. */
  static final String FAILED = "failed\t";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--program", required = true)
  private String program = "";

  @Option(names = "--ranks", required = true)
  private int ranks;

  @Option(names = "--timeout", required = true)
  private int timeout;

  @Parameters(arity = "0..*")
  private List<String> arguments = new ArrayList<>();

  /** Called by picocli. */
  public SparkJobCommand() {}

  @Override
  public Integer call() throws ClassNotFoundException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Class<? extends RankProgram> named = Class.forName(program).asSubclass(RankProgram.class);
    try {
      new SparkEngine()
          .run(new RankJob(
              ranks, Duration.ofSeconds(timeout), group -> {}, named, arguments, out::println));
    } catch (IOException e) {
      out.println(FAILED + e.getMessage());
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }
}
