package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.lab.ranks.RankEngine;
import io.github.moe4j.lab.ranks.RankJob;
import io.github.moe4j.spark.SparkOptions;
import io.github.moe4j.spark.SparkProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code lab --engine spark}: ranks as tasks of Spark. Where this JVM has Spark, as with {@code spark-submit}, they run on
 * that cluster; else a JVM with the Spark of {@code SPARK_HOME} runs them on processes of this machine. The folder of
 * the run must be one that all executors can write to.
 */
public final class SparkEngine implements RankEngine {
  /** Found by ServiceLoader. */
  public SparkEngine() {}

  @Override
  public String name() {
    return "spark";
  }

  @Override
  public void run(RankJob job) throws IOException {
    if (SparkProgram.hasSpark()) {
      runHere(job);
    } else {
      runInJvm(job);
    }
  }

  private static void runHere(RankJob job) throws IOException {
    try (LineRelay relay = new LineRelay(driver(), job.lines())) {
      SparkProgram.run(
          SparkSettings.of("moe4j " + job.program().getSimpleName(), job.ranks()),
          job.ranks(),
          SparkOptions.secret().withTimeout(job.timeout()),
          new SparkProgramBody(
              job.program().getName(),
              new ArrayList<>(job.arguments()),
              relay.host(),
              relay.port(),
              relay.token()));
    } catch (GroupException | IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static InetAddress driver() throws IOException {
    String host = System.getProperty("spark.driver.host");
    if (host != null) {
      return InetAddress.getByName(host);
    }
    return SparkSettings.areLocal() ? InetAddress.getLoopbackAddress() : InetAddress.getLocalHost();
  }

  private static SparkJvm spark() throws IOException {
    try {
      return SparkJvm.of(null);
    } catch (IllegalArgumentException e) { // the environment's fault, not the command line's
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void runInJvm(RankJob job) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(
        "distributed",
        "spark-job",
        "--program",
        job.program().getName(),
        "--ranks",
        String.valueOf(job.ranks()),
        "--timeout",
        String.valueOf(job.timeout().toSeconds()),
        "--"));
    arguments.addAll(job.arguments());
    String[] failure = {"the JVM with Spark failed"};
    int code = spark().run(arguments, line -> {
      if (line.startsWith(SparkJobCommand.FAILED)) {
        failure[0] = line.substring(SparkJobCommand.FAILED.length());
      } else {
        job.lines().accept(line);
      }
    });
    if (code != 0) {
      throw new IOException("%s (exit code %d)".formatted(failure[0], code));
    }
  }
}
