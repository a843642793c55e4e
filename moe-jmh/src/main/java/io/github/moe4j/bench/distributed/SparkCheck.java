package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.spark.RankBody;
import io.github.moe4j.spark.SparkOptions;
import io.github.moe4j.spark.SparkProgram;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The ranks of a check as tasks of Spark, which is on the class path of this JVM.
 *
 * @param training what they train
 * @param timeout how long a rank waits for another
 */
record SparkCheck(Training training, Duration timeout) {
  private static final String MASTER = "spark.master";

  /** Runs them all: on the cluster that the application was submitted to, else on processes of this machine. */
  List<Map<String, Long>> run() {
    Training of = training;
    RankBody<Map<String, Long>> body = rank -> new RankTraining(of, rank.group()).run();
    return SparkProgram.run(
        settings(), training.ranks(), SparkOptions.secret().withTimeout(timeout), body);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spark.app.name", "moe4j distributed check");
    if (System.getProperty(MASTER) == null) {
      settings.put(MASTER, "local-cluster[%d,1,512]".formatted(training.ranks()));
      settings.put("spark.ui.enabled", "false");
      settings.put("spark.driver.host", "127.0.0.1");
      settings.put("spark.driver.bindAddress", "127.0.0.1");
      settings.put("spark.executor.memory", "512m");
      settings.put("spark.executor.extraClassPath", classPath());
      if (Kernels.chosen().isEmpty()) { // else Spark gives executors what the kernels need
        settings.put("spark.executor.extraJavaOptions", "-D" + Kernels.PROPERTY + "=blas");
      }
    }
    return settings;
  }

  /** That of this JVM; executors have folders of their own to start in. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
